CREATE TABLE "payout_waits" (
	"account" bigint PRIMARY KEY NOT NULL,
	"code" text NOT NULL,
	"detail" text NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "payout_waits" ADD CONSTRAINT "payout_waits_account_accounts_id_fk" FOREIGN KEY ("account") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;