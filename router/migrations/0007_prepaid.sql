CREATE TABLE "job_callers" (
	"job_id" uuid NOT NULL,
	"wallet" text NOT NULL,
	CONSTRAINT "job_callers_job_id_wallet_pk" PRIMARY KEY("job_id","wallet")
);
--> statement-breakpoint
CREATE TABLE "withdrawal_requests" (
	"payout_id" uuid PRIMARY KEY NOT NULL,
	"asked" text NOT NULL,
	"key_id" text
);
--> statement-breakpoint
DROP INDEX "transfers_debit";--> statement-breakpoint
DROP INDEX "transfers_credit";--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "list_price" bigint;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "discount_bps" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "job_callers" ADD CONSTRAINT "job_callers_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."jobs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "withdrawal_requests" ADD CONSTRAINT "withdrawal_requests_payout_id_payouts_id_fk" FOREIGN KEY ("payout_id") REFERENCES "public"."payouts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "withdrawal_requests" ADD CONSTRAINT "withdrawal_requests_key_id_api_keys_id_fk" FOREIGN KEY ("key_id") REFERENCES "public"."api_keys"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "transfers_debit" ON "transfers" USING btree ("debit","id");--> statement-breakpoint
CREATE INDEX "transfers_credit" ON "transfers" USING btree ("credit","id");--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "discount_of_list_price" CHECK (case when "jobs"."discount_bps" = 0 then "jobs"."list_price" is null else "jobs"."discount_bps" between 1 and 9999 and "jobs"."list_price" is not null and "jobs"."list_price" >= "jobs"."price" end);