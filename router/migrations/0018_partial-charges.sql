ALTER TABLE "jobs" DROP CONSTRAINT "shares_fit";--> statement-breakpoint
ALTER TABLE "transfers" DROP CONSTRAINT "known_kind";--> statement-breakpoint
DROP INDEX "jobs_bought";--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "charged" bigint;--> statement-breakpoint
-- Until now a job was charged all of its price.
UPDATE "jobs" SET "charged" = "price" WHERE "state" = 'succeeded';--> statement-breakpoint
CREATE INDEX "jobs_bought" ON "jobs" USING btree ("payer","finished_at","charged") WHERE "jobs"."state" = 'succeeded';--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "charged_when_done" CHECK (("jobs"."state" = 'succeeded') = ("jobs"."charged" is not null));--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "charged_within_price" CHECK ("jobs"."charged" between 1 and "jobs"."price");--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "shares_fit" CHECK ("jobs"."node_share" >= 0 and "jobs"."burn_share" >= 0 and "jobs"."node_share" + "jobs"."burn_share" <= coalesce("jobs"."charged", "jobs"."price"));--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "known_kind" CHECK ("transfers"."kind" in ('credit','orphan','claim','explain','hold','capture_node','capture_burn','capture_revenue','capture_unused','void','payout','paid','return'));
