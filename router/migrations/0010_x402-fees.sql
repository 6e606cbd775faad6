ALTER TABLE "x402_settlements" DROP CONSTRAINT "x402_settlements_job_id_unique";--> statement-breakpoint
ALTER TABLE "x402_settlements" ADD COLUMN "fee_lamports" bigint NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "one_settlement_of_a_job" ON "x402_settlements" USING btree ("job_id") WHERE "x402_settlements"."state" in ('signed','settled');--> statement-breakpoint
CREATE INDEX "x402_settlements_job" ON "x402_settlements" USING btree ("job_id","created_at");--> statement-breakpoint
CREATE INDEX "x402_settlements_created" ON "x402_settlements" USING btree ("created_at");--> statement-breakpoint
ALTER TABLE "x402_settlements" ADD CONSTRAINT "fee_positive" CHECK ("x402_settlements"."fee_lamports" > 0);