CREATE SEQUENCE "public"."router_ids" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "router" integer;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "router" integer;