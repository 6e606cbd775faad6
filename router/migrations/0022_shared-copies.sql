CREATE TABLE "scrape_copies" (
	"job_id" uuid PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"made_at" timestamp with time zone NOT NULL,
	"statement" text NOT NULL,
	"signature" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "copy_made_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "scrape_copies" ADD CONSTRAINT "scrape_copies_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."jobs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "scrape_copies_key" ON "scrape_copies" USING btree ("key","made_at");--> statement-breakpoint
CREATE INDEX "scrape_copies_age" ON "scrape_copies" USING btree ("made_at");--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "copy_without_attempt" CHECK ("jobs"."copy_made_at" is null or ("jobs"."state" = 'succeeded' and "jobs"."attempt_id" is null and "jobs"."copy_made_at" <= "jobs"."finished_at"));