CREATE TABLE "operator_actions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "operator_actions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"operator" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"why" text NOT NULL,
	CONSTRAINT "said_who_and_why" CHECK ("operator_actions"."operator" <> '' and "operator_actions"."why" <> '')
);
--> statement-breakpoint
ALTER TABLE "accounts" DROP CONSTRAINT "known_kind";--> statement-breakpoint
ALTER TABLE "chain_credits" ADD COLUMN "landing" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "reconciliations" ADD COLUMN "warnings" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "reconciliations" ADD COLUMN "is_full" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "operator_actions_subject" ON "operator_actions" USING btree ("subject");--> statement-breakpoint
CREATE INDEX "chain_credits_slot" ON "chain_credits" USING btree ("slot");--> statement-breakpoint
CREATE INDEX "chain_debits_slot" ON "chain_debits" USING btree ("slot");--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "known_kind" CHECK ("accounts"."kind" in ('treasury','customer','held','node','burn','revenue','payout_inflight','suspense'));