import { sql } from 'drizzle-orm';
import { bigint, check, index, pgTable, text } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/** What an operator did to money by hand, who and why. Append-only (trigger in the migrations). */
export const operatorActions = pgTable(
  'operator_actions',
  {
    id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    at: at('at').notNull().defaultNow(),
    operator: text('operator').notNull(),
    action: text('action').notNull(),
    /** A signature, a freeze or a payout. */
    subject: text('subject').notNull(),
    why: text('why').notNull(),
  },
  (t) => [
    check('said_who_and_why', sql`btrim(${t.operator}) <> '' and btrim(${t.why}) <> ''`),
    index('operator_actions_subject').on(t.subject),
  ],
);
