CREATE TABLE "accounts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "accounts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"owner" text DEFAULT '' NOT NULL,
	"balance" bigint,
	CONSTRAINT "accounts_kind_owner" UNIQUE("kind","owner"),
	CONSTRAINT "known_kind" CHECK ("accounts"."kind" in ('treasury','customer','held','node','refund','burn','revenue','payout_inflight','suspense')),
	CONSTRAINT "balance_kept" CHECK (("accounts"."kind" in ('customer','node')) = ("accounts"."balance" is not null)),
	CONSTRAINT "non_negative" CHECK ("accounts"."balance" >= 0)
);
--> statement-breakpoint
CREATE TABLE "artifacts" (
	"job_id" uuid NOT NULL,
	"sha256" text NOT NULL,
	"content_type" text NOT NULL,
	"bytes" "bytea" NOT NULL,
	CONSTRAINT "artifacts_job_id_sha256_pk" PRIMARY KEY("job_id","sha256")
);
--> statement-breakpoint
CREATE TABLE "attempts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"job_id" uuid NOT NULL,
	"node_id" text NOT NULL,
	"state" text NOT NULL,
	"leased_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deadline" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone,
	"reason" text,
	CONSTRAINT "known_state" CHECK ("attempts"."state" in ('leased','succeeded','failed','refused','lapsed')),
	CONSTRAINT "ended_with_time" CHECK (("attempts"."state" = 'leased') = ("attempts"."finished_at" is null))
);
--> statement-breakpoint
CREATE TABLE "chain_credits" (
	"signature" text PRIMARY KEY NOT NULL,
	"slot" bigint NOT NULL,
	"amount" bigint NOT NULL,
	"payer" text,
	"payer_signed" boolean NOT NULL,
	"memo" text,
	"status" text NOT NULL,
	"applied_job" uuid,
	"block_time" timestamp with time zone,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "known_status" CHECK ("chain_credits"."status" in ('confirmed','finalized','orphaned')),
	CONSTRAINT "amount_positive" CHECK ("chain_credits"."amount" > 0)
);
--> statement-breakpoint
CREATE TABLE "chain_cursors" (
	"token_account" text PRIMARY KEY NOT NULL,
	"finalized_slot" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "job_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "job_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"job_id" uuid NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"from_state" text,
	"to_state" text NOT NULL,
	"detail" text
);
--> statement-breakpoint
CREATE TABLE "job_resolutions" (
	"job_id" uuid PRIMARY KEY NOT NULL,
	"outcome" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "job_resolutions_outcome" UNIQUE("job_id","outcome"),
	CONSTRAINT "known_outcome" CHECK ("job_resolutions"."outcome" in ('captured','voided'))
);
--> statement-breakpoint
CREATE TABLE "jobs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"service" text NOT NULL,
	"state" text NOT NULL,
	"request" text NOT NULL,
	"request_sha256" text NOT NULL,
	"commitment" text NOT NULL,
	"price" bigint NOT NULL,
	"node_share" bigint NOT NULL,
	"burn_share" bigint NOT NULL,
	"payer" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"queued_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"node_id" text,
	"attempt_id" uuid,
	"result" text,
	"result_sha256" text,
	"statement" text,
	"statement_signature" text,
	CONSTRAINT "known_state" CHECK ("jobs"."state" in ('awaiting_payment','queued','running','succeeded','failed','expired')),
	CONSTRAINT "price_positive" CHECK ("jobs"."price" > 0),
	CONSTRAINT "shares_fit" CHECK ("jobs"."node_share" >= 0 and "jobs"."burn_share" >= 0 and "jobs"."node_share" + "jobs"."burn_share" <= "jobs"."price"),
	CONSTRAINT "paid_before_work" CHECK ("jobs"."state" in ('awaiting_payment','expired') or "jobs"."payer" is not null),
	CONSTRAINT "ended_with_time" CHECK (("jobs"."state" in ('succeeded','failed','expired')) = ("jobs"."finished_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "node_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "node_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"node_id" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"from_state" text,
	"to_state" text NOT NULL,
	"detail" text
);
--> statement-breakpoint
CREATE TABLE "nodes" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"class" text NOT NULL,
	"wallet" text,
	"wallet_signature" text,
	"version" text NOT NULL,
	"capabilities" jsonb NOT NULL,
	"state" text NOT NULL,
	"first_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "known_state" CHECK ("nodes"."state" in ('online','draining','offline'))
);
--> statement-breakpoint
CREATE TABLE "transfers" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "transfers_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"idem" text NOT NULL,
	"kind" text NOT NULL,
	"debit" bigint NOT NULL,
	"credit" bigint NOT NULL,
	"amount" bigint NOT NULL,
	"job_id" uuid,
	"resolution" text,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "transfers_idem_unique" UNIQUE("idem"),
	CONSTRAINT "amount_positive" CHECK ("transfers"."amount" > 0),
	CONSTRAINT "two_accounts" CHECK ("transfers"."debit" <> "transfers"."credit"),
	CONSTRAINT "known_kind" CHECK ("transfers"."kind" in ('credit','orphan','hold','capture_node','capture_burn','capture_revenue','void')),
	CONSTRAINT "resolution_of_kind" CHECK ("transfers"."resolution" is not distinct from case when "transfers"."kind" like 'capture%' then 'captured' when "transfers"."kind" = 'void' then 'voided' end),
	CONSTRAINT "job_of_kind" CHECK (("transfers"."kind" in ('credit','orphan')) = ("transfers"."job_id" is null))
);
--> statement-breakpoint
ALTER TABLE "artifacts" ADD CONSTRAINT "artifacts_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."jobs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."jobs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "chain_credits" ADD CONSTRAINT "chain_credits_applied_job_jobs_id_fk" FOREIGN KEY ("applied_job") REFERENCES "public"."jobs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "job_resolutions" ADD CONSTRAINT "job_resolutions_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."jobs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "node_events" ADD CONSTRAINT "node_events_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_debit_accounts_id_fk" FOREIGN KEY ("debit") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_credit_accounts_id_fk" FOREIGN KEY ("credit") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_resolution" FOREIGN KEY ("job_id","resolution") REFERENCES "public"."job_resolutions"("job_id","outcome") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "one_live_attempt" ON "attempts" USING btree ("job_id") WHERE "attempts"."state" = 'leased';--> statement-breakpoint
CREATE INDEX "attempts_job" ON "attempts" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "attempts_node" ON "attempts" USING btree ("node_id","state");--> statement-breakpoint
CREATE INDEX "chain_credits_memo" ON "chain_credits" USING btree ("memo") WHERE "chain_credits"."applied_job" is null;--> statement-breakpoint
CREATE INDEX "chain_credits_job" ON "chain_credits" USING btree ("applied_job");--> statement-breakpoint
CREATE INDEX "chain_credits_open" ON "chain_credits" USING btree ("slot") WHERE "chain_credits"."status" = 'confirmed';--> statement-breakpoint
CREATE INDEX "chain_credits_payer" ON "chain_credits" USING btree ("payer");--> statement-breakpoint
CREATE INDEX "job_events_job" ON "job_events" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "jobs_live" ON "jobs" USING btree ("queued_at") WHERE "jobs"."state" in ('queued','running');--> statement-breakpoint
CREATE INDEX "jobs_unpaid" ON "jobs" USING btree ("expires_at") WHERE "jobs"."state" = 'awaiting_payment';--> statement-breakpoint
CREATE INDEX "jobs_commitment" ON "jobs" USING btree ("commitment") WHERE "jobs"."state" = 'awaiting_payment';--> statement-breakpoint
CREATE INDEX "jobs_created" ON "jobs" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "node_events_node" ON "node_events" USING btree ("node_id");--> statement-breakpoint
CREATE INDEX "nodes_state" ON "nodes" USING btree ("state");--> statement-breakpoint
CREATE INDEX "transfers_job" ON "transfers" USING btree ("job_id") WHERE "transfers"."job_id" is not null;--> statement-breakpoint
CREATE INDEX "transfers_debit" ON "transfers" USING btree ("debit");--> statement-breakpoint
CREATE INDEX "transfers_credit" ON "transfers" USING btree ("credit");