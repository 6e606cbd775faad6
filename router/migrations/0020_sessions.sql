ALTER TABLE "attempts" ADD COLUMN "ready_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "closed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "session_minutes" integer;--> statement-breakpoint
ALTER TABLE "attempts" ADD CONSTRAINT "closed_after_ready" CHECK ("attempts"."closed_at" is null or ("attempts"."ready_at" is not null and "attempts"."closed_at" >= "attempts"."ready_at"));--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "session_of_minutes" CHECK ("jobs"."session_minutes" is null or ("jobs"."service" = 'execute' and "jobs"."session_minutes" > 0));