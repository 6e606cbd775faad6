CREATE TABLE "api_key_days" (
	"key_id" text NOT NULL,
	"day" date NOT NULL,
	"spent" bigint NOT NULL,
	CONSTRAINT "api_key_days_key_id_day_pk" PRIMARY KEY("key_id","day"),
	CONSTRAINT "not_negative" CHECK ("api_key_days"."spent" >= 0)
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"wallet" text NOT NULL,
	"name" text NOT NULL,
	"secret_sha256" text NOT NULL,
	"scopes" text[] NOT NULL,
	"budget_per_job" bigint,
	"budget_per_day" bigint,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	CONSTRAINT "budgets_positive" CHECK (coalesce("api_keys"."budget_per_job", 1) > 0 and coalesce("api_keys"."budget_per_day", 1) > 0)
);
--> statement-breakpoint
CREATE TABLE "auth_nonces" (
	"wallet" text NOT NULL,
	"nonce" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "auth_nonces_wallet_nonce_pk" PRIMARY KEY("wallet","nonce")
);
--> statement-breakpoint
CREATE TABLE "job_authorities" (
	"job_id" uuid PRIMARY KEY NOT NULL,
	"wallet" text NOT NULL,
	"key_id" text,
	"day" date NOT NULL
);
--> statement-breakpoint
CREATE TABLE "chain_debits" (
	"signature" text PRIMARY KEY NOT NULL,
	"slot" bigint NOT NULL,
	"amount" bigint NOT NULL,
	"memo" text,
	"status" text NOT NULL,
	"block_time" timestamp with time zone,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"explanation" text,
	"explained_at" timestamp with time zone,
	CONSTRAINT "known_status" CHECK ("chain_debits"."status" in ('confirmed','finalized','orphaned')),
	CONSTRAINT "amount_positive" CHECK ("chain_debits"."amount" > 0),
	CONSTRAINT "explained_with_time" CHECK (("chain_debits"."explanation" is null) = ("chain_debits"."explained_at" is null))
);
--> statement-breakpoint
CREATE TABLE "reconciliations" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "reconciliations_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"slot" bigint NOT NULL,
	"chain_balance" bigint NOT NULL,
	"recorded_balance" bigint NOT NULL,
	"treasury" bigint NOT NULL,
	"faults" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "payout_attempts" (
	"signature" text PRIMARY KEY NOT NULL,
	"batch_id" uuid NOT NULL,
	"raw" "bytea" NOT NULL,
	"last_valid_height" bigint NOT NULL,
	"state" text NOT NULL,
	"fee_lamports" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"confirmed_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"error" text,
	CONSTRAINT "known_state" CHECK ("payout_attempts"."state" in ('live','finalized','failed','expired')),
	CONSTRAINT "ended_with_time" CHECK (("payout_attempts"."state" = 'live') = ("payout_attempts"."finished_at" is null))
);
--> statement-breakpoint
CREATE TABLE "payout_batches" (
	"id" uuid PRIMARY KEY NOT NULL,
	"state" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "known_state" CHECK ("payout_batches"."state" in ('open','done','failed')),
	CONSTRAINT "ended_with_time" CHECK (("payout_batches"."state" = 'open') = ("payout_batches"."finished_at" is null))
);
--> statement-breakpoint
CREATE TABLE "payout_freezes" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "payout_freezes_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"cause" text NOT NULL,
	"subject" text DEFAULT '' NOT NULL,
	"detail" text NOT NULL,
	"frozen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"released_at" timestamp with time zone,
	"release" text,
	CONSTRAINT "known_cause" CHECK ("payout_freezes"."cause" in ('unknown_debit','debit_mismatch','balance_mismatch','operator')),
	CONSTRAINT "released_with_words" CHECK (("payout_freezes"."released_at" is null) = ("payout_freezes"."release" is null))
);
--> statement-breakpoint
CREATE TABLE "payout_resolutions" (
	"payout_id" uuid PRIMARY KEY NOT NULL,
	"outcome" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "payout_resolutions_outcome" UNIQUE("payout_id","outcome"),
	CONSTRAINT "known_outcome" CHECK ("payout_resolutions"."outcome" in ('paid','returned'))
);
--> statement-breakpoint
CREATE TABLE "payouts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"idem" text NOT NULL,
	"kind" text NOT NULL,
	"source" bigint NOT NULL,
	"wallet" text,
	"amount" bigint NOT NULL,
	"state" text NOT NULL,
	"reason" text,
	"batch_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "payouts_idem_unique" UNIQUE("idem"),
	CONSTRAINT "known_kind" CHECK ("payouts"."kind" in ('node','withdrawal','refund','burn')),
	CONSTRAINT "known_state" CHECK ("payouts"."state" in ('queued','batched','paid','held','returned')),
	CONSTRAINT "amount_positive" CHECK ("payouts"."amount" > 0),
	CONSTRAINT "wallet_of_kind" CHECK (("payouts"."kind" = 'burn') = ("payouts"."wallet" is null)),
	CONSTRAINT "batch_of_state" CHECK (("payouts"."state" in ('batched','paid')) = ("payouts"."batch_id" is not null)),
	CONSTRAINT "held_with_reason" CHECK (("payouts"."state" = 'held') = ("payouts"."reason" is not null)),
	CONSTRAINT "ended_with_time" CHECK (("payouts"."state" in ('paid','returned')) = ("payouts"."finished_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "x402_settlements" (
	"signature" text PRIMARY KEY NOT NULL,
	"job_id" uuid NOT NULL,
	"payer" text NOT NULL,
	"amount" bigint NOT NULL,
	"raw" "bytea" NOT NULL,
	"last_valid_height" bigint NOT NULL,
	"state" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	"error" text,
	CONSTRAINT "x402_settlements_job_id_unique" UNIQUE("job_id"),
	CONSTRAINT "known_state" CHECK ("x402_settlements"."state" in ('signed','settled','failed','expired')),
	CONSTRAINT "amount_positive" CHECK ("x402_settlements"."amount" > 0),
	CONSTRAINT "ended_with_time" CHECK (("x402_settlements"."state" = 'signed') = ("x402_settlements"."finished_at" is null))
);
--> statement-breakpoint
ALTER TABLE "transfers" DROP CONSTRAINT "known_kind";--> statement-breakpoint
ALTER TABLE "transfers" DROP CONSTRAINT "job_of_kind";--> statement-breakpoint
ALTER TABLE "transfers" ADD COLUMN "payout_id" uuid;--> statement-breakpoint
ALTER TABLE "transfers" ADD COLUMN "payout_outcome" text;--> statement-breakpoint
ALTER TABLE "api_key_days" ADD CONSTRAINT "api_key_days_key_id_api_keys_id_fk" FOREIGN KEY ("key_id") REFERENCES "public"."api_keys"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "job_authorities" ADD CONSTRAINT "job_authorities_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."jobs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "job_authorities" ADD CONSTRAINT "job_authorities_key_id_api_keys_id_fk" FOREIGN KEY ("key_id") REFERENCES "public"."api_keys"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payout_attempts" ADD CONSTRAINT "payout_attempts_batch_id_payout_batches_id_fk" FOREIGN KEY ("batch_id") REFERENCES "public"."payout_batches"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payout_resolutions" ADD CONSTRAINT "payout_resolutions_payout_id_payouts_id_fk" FOREIGN KEY ("payout_id") REFERENCES "public"."payouts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payouts" ADD CONSTRAINT "payouts_source_accounts_id_fk" FOREIGN KEY ("source") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payouts" ADD CONSTRAINT "payouts_batch_id_payout_batches_id_fk" FOREIGN KEY ("batch_id") REFERENCES "public"."payout_batches"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "x402_settlements" ADD CONSTRAINT "x402_settlements_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."jobs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_keys_wallet" ON "api_keys" USING btree ("wallet","created_at");--> statement-breakpoint
CREATE INDEX "auth_nonces_expiry" ON "auth_nonces" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "chain_debits_open" ON "chain_debits" USING btree ("slot") WHERE "chain_debits"."status" = 'confirmed';--> statement-breakpoint
CREATE INDEX "reconciliations_at" ON "reconciliations" USING btree ("at");--> statement-breakpoint
CREATE UNIQUE INDEX "one_live_payout_attempt" ON "payout_attempts" USING btree ("batch_id") WHERE "payout_attempts"."state" = 'live';--> statement-breakpoint
CREATE UNIQUE INDEX "one_final_payout_attempt" ON "payout_attempts" USING btree ("batch_id") WHERE "payout_attempts"."state" = 'finalized';--> statement-breakpoint
CREATE INDEX "payout_batches_open" ON "payout_batches" USING btree ("created_at") WHERE "payout_batches"."state" = 'open';--> statement-breakpoint
CREATE UNIQUE INDEX "one_open_freeze" ON "payout_freezes" USING btree ("cause","subject") WHERE "payout_freezes"."released_at" is null;--> statement-breakpoint
CREATE INDEX "payouts_open" ON "payouts" USING btree ("created_at") WHERE "payouts"."state" in ('queued','held');--> statement-breakpoint
CREATE INDEX "payouts_batch" ON "payouts" USING btree ("batch_id");--> statement-breakpoint
CREATE INDEX "payouts_source" ON "payouts" USING btree ("source","created_at");--> statement-breakpoint
CREATE INDEX "x402_settlements_open" ON "x402_settlements" USING btree ("created_at") WHERE "x402_settlements"."state" = 'signed';--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_payout_resolution" FOREIGN KEY ("payout_id","payout_outcome") REFERENCES "public"."payout_resolutions"("payout_id","outcome") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_payout" FOREIGN KEY ("payout_id") REFERENCES "public"."payouts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "transfers_payout" ON "transfers" USING btree ("payout_id") WHERE "transfers"."payout_id" is not null;--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "payout_of_kind" CHECK (("transfers"."kind" in ('payout','paid','return')) = ("transfers"."payout_id" is not null));--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "outcome_of_kind" CHECK ("transfers"."payout_outcome" is not distinct from case "transfers"."kind" when 'paid' then 'paid' when 'return' then 'returned' end);--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "known_kind" CHECK ("transfers"."kind" in ('credit','orphan','claim','explain','hold','capture_node','capture_burn','capture_revenue','void','payout','paid','return'));--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "job_of_kind" CHECK (("transfers"."kind" = 'hold' or "transfers"."kind" like 'capture%' or "transfers"."kind" = 'void') = ("transfers"."job_id" is not null));