import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { at, baseUnits } from './columns.ts';
import { jobs } from './jobs.ts';

/** Every incoming payment on our token account, by signature. `appliedJob` is the one job that it pays for. */
export const chainCredits = pgTable(
  'chain_credits',
  {
    signature: text('signature').primaryKey(),
    slot: bigint('slot', { mode: 'bigint' }).notNull(),
    amount: baseUnits('amount').notNull(),
    /** The single owner whose balance fell, or null when that is not clear. */
    payer: text('payer'),
    payerSigned: boolean('payer_signed').notNull(),
    /** The single top-level memo in normal form, or null. */
    memo: text('memo'),
    status: text('status').notNull(),
    /** How often it was credited: one more each time that it lands again after it was orphaned. */
    landing: integer('landing').notNull().default(1),
    appliedJob: uuid('applied_job').references(() => jobs.id),
    blockTime: at('block_time'),
    seenAt: at('seen_at').notNull().defaultNow(),
  },
  (t) => [
    check('known_status', sql`${t.status} in ('confirmed','finalized','orphaned')`),
    check('amount_positive', sql`${t.amount} > 0`),
    index('chain_credits_memo').on(t.memo).where(sql`${t.appliedJob} is null`),
    index('chain_credits_job').on(t.appliedJob),
    index('chain_credits_open').on(t.slot).where(sql`${t.status} = 'confirmed'`),
    index('chain_credits_payer').on(t.payer),
    index('chain_credits_slot').on(t.slot),
  ],
);

/** How far the finalized history of a token account has been read. */
export const chainCursors = pgTable('chain_cursors', {
  tokenAccount: text('token_account').primaryKey(),
  finalizedSlot: bigint('finalized_slot', { mode: 'bigint' }).notNull(),
  /** What happened up to here is in the balance with which an operator opened the books, and is not recorded again. */
  openedAtSlot: bigint('opened_at_slot', { mode: 'bigint' }).notNull().default(sql`-1`),
});

/**
 * Every transaction that took tokens out of our token account. One that matches no attempt of ours freezes payouts until an operator
 * has explained it.
 */
export const chainDebits = pgTable(
  'chain_debits',
  {
    signature: text('signature').primaryKey(),
    slot: bigint('slot', { mode: 'bigint' }).notNull(),
    amount: baseUnits('amount').notNull(),
    memo: text('memo'),
    status: text('status').notNull(),
    blockTime: at('block_time'),
    seenAt: at('seen_at').notNull().defaultNow(),
    /** What an operator said of a transaction that is not ours. */
    explanation: text('explanation'),
    explainedAt: at('explained_at'),
  },
  (t) => [
    check('known_status', sql`${t.status} in ('confirmed','finalized','orphaned')`),
    check('amount_positive', sql`${t.amount} > 0`),
    check('explained_with_time', sql`(${t.explanation} is null) = (${t.explainedAt} is null)`),
    index('chain_debits_open').on(t.slot).where(sql`${t.status} = 'confirmed'`),
    index('chain_debits_slot').on(t.slot),
  ],
);

/** One comparison of chain, records and ledger. Amounts in base units, at one finalized slot. */
export const reconciliations = pgTable(
  'reconciliations',
  {
    id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    at: at('at').notNull().defaultNow(),
    slot: bigint('slot', { mode: 'bigint' }).notNull(),
    /** What the chain says that our token account holds. */
    chainBalance: baseUnits('chain_balance').notNull(),
    /** Credits less debits on record up to the slot. */
    recordedBalance: baseUnits('recorded_balance').notNull(),
    /** What the ledger says that we hold. */
    treasury: baseUnits('treasury').notNull(),
    faults: jsonb('faults').$type<readonly string[]>().notNull(),
    /** What is not wrong and wants to be looked at. */
    warnings: jsonb('warnings').$type<readonly string[]>().notNull().default([]),
    /** Whether every record was added up anew, not only what came since the last check. */
    isFull: boolean('is_full').notNull().default(false),
  },
  (t) => [index('reconciliations_at').on(t.at)],
);
