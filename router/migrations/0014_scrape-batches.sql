CREATE TABLE "scrape_batches" (
	"id" uuid PRIMARY KEY NOT NULL,
	"state" text NOT NULL,
	"requests" text NOT NULL,
	"request_sha256" text NOT NULL,
	"commitment" text NOT NULL,
	"job_ids" uuid[] NOT NULL,
	"prices" bigint[] NOT NULL,
	"list_prices" bigint[] NOT NULL,
	"discount_bps" integer DEFAULT 0 NOT NULL,
	"price" bigint NOT NULL,
	"payer" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"funded_at" timestamp with time zone,
	CONSTRAINT "known_state" CHECK ("scrape_batches"."state" in ('awaiting_payment','funded','expired')),
	CONSTRAINT "price_positive" CHECK ("scrape_batches"."price" > 0),
	CONSTRAINT "one_of_each_a_page" CHECK (cardinality("scrape_batches"."job_ids") between 1 and 100 and cardinality("scrape_batches"."prices") = cardinality("scrape_batches"."job_ids") and cardinality("scrape_batches"."list_prices") = cardinality("scrape_batches"."job_ids")),
	CONSTRAINT "funded_by_someone" CHECK (("scrape_batches"."state" = 'funded') = ("scrape_batches"."payer" is not null) and ("scrape_batches"."state" = 'funded') = ("scrape_batches"."funded_at" is not null))
);
--> statement-breakpoint
CREATE INDEX "scrape_batches_unpaid" ON "scrape_batches" USING btree ("expires_at") WHERE "scrape_batches"."state" = 'awaiting_payment';--> statement-breakpoint
CREATE INDEX "scrape_batches_commitment" ON "scrape_batches" USING btree ("commitment") WHERE "scrape_batches"."state" = 'awaiting_payment';