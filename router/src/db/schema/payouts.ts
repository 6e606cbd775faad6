import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  check,
  index,
  pgTable,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { at, baseUnits, bytea } from './columns.ts';

/**
 * One sum on its way out of our token account: to a node, back to a customer, or burned. Its money is in `payout_inflight` from the moment
 * the row exists until it is paid or returned. States: router/src/settlement/states.ts.
 */
export const payouts = pgTable(
  'payouts',
  {
    id: uuid('id').primaryKey(),
    /** What was asked for is done once: `withdrawal:<wallet>:<key>`, `node:<id>:<n>`, `refund:<signature>`, `burn:<batch>`. */
    idem: text('idem').notNull().unique(),
    kind: text('kind').notNull(),
    /** The account that it was taken from, and that it goes back to when it is returned. */
    source: bigint('source', { mode: 'bigint' })
      .notNull()
      .references(() => accounts.id),
    /** The wallet that receives it; null for a burn. */
    wallet: text('wallet'),
    amount: baseUnits('amount').notNull(),
    state: text('state').notNull(),
    /** Why it is held. */
    reason: text('reason'),
    batchId: uuid('batch_id').references(() => payoutBatches.id),
    createdAt: at('created_at').notNull().defaultNow(),
    finishedAt: at('finished_at'),
  },
  (t) => [
    check('known_kind', sql`${t.kind} in ('node','withdrawal','refund','burn')`),
    check('known_state', sql`${t.state} in ('queued','batched','paid','held','returned')`),
    check('amount_positive', sql`${t.amount} > 0`),
    check('wallet_of_kind', sql`(${t.kind} = 'burn') = (${t.wallet} is null)`),
    check('batch_of_state', sql`(${t.state} in ('batched','paid')) = (${t.batchId} is not null)`),
    check('held_with_reason', sql`(${t.state} = 'held') = (${t.reason} is not null)`),
    check('ended_with_time', sql`(${t.state} in ('paid','returned')) = (${t.finishedAt} is not null)`),
    index('payouts_open').on(t.createdAt).where(sql`${t.state} in ('queued','held')`),
    index('payouts_batch').on(t.batchId),
    index('payouts_source').on(t.source, t.createdAt),
  ],
);

/** How a payout ended. The primary key makes paying and returning exclude each other; transfers refer to both columns. */
export const payoutResolutions = pgTable(
  'payout_resolutions',
  {
    payoutId: uuid('payout_id')
      .primaryKey()
      .references((): AnyPgColumn => payouts.id),
    outcome: text('outcome').notNull(),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [
    unique('payout_resolutions_outcome').on(t.payoutId, t.outcome),
    check('known_outcome', sql`${t.outcome} in ('paid','returned')`),
  ],
);

/** Payouts that leave in one transaction, all or none. */
export const payoutBatches = pgTable(
  'payout_batches',
  {
    id: uuid('id').primaryKey(),
    state: text('state').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    finishedAt: at('finished_at'),
  },
  (t) => [
    check('known_state', sql`${t.state} in ('open','done','failed')`),
    check('ended_with_time', sql`(${t.state} = 'open') = (${t.finishedAt} is null)`),
    index('payout_batches_open').on(t.createdAt).where(sql`${t.state} = 'open'`),
  ],
);

/**
 * A signed transaction of a batch, stored before it is sent. The same bytes are sent until they land or can never land any more; only then
 * may there be another.
 */
export const payoutAttempts = pgTable(
  'payout_attempts',
  {
    signature: text('signature').primaryKey(),
    batchId: uuid('batch_id')
      .notNull()
      .references(() => payoutBatches.id),
    raw: bytea('raw').notNull(),
    lastValidHeight: bigint('last_valid_height', { mode: 'bigint' }).notNull(),
    state: text('state').notNull(),
    /** Fee of the transaction as it was built, paid by the fee payer. */
    feeLamports: bigint('fee_lamports', { mode: 'bigint' }).notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    confirmedAt: at('confirmed_at'),
    finishedAt: at('finished_at'),
    error: text('error'),
  },
  (t) => [
    check('known_state', sql`${t.state} in ('live','finalized','failed','expired')`),
    check('ended_with_time', sql`(${t.state} = 'live') = (${t.finishedAt} is null)`),
    uniqueIndex('one_live_payout_attempt').on(t.batchId).where(sql`${t.state} = 'live'`),
    uniqueIndex('one_final_payout_attempt').on(t.batchId).where(sql`${t.state} = 'finalized'`),
  ],
);

/** Reasons for which nothing leaves our token account until an operator has looked. */
export const payoutFreezes = pgTable(
  'payout_freezes',
  {
    id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    cause: text('cause').notNull(),
    /** What it is about, so that one finding freezes once: a signature, or empty. */
    subject: text('subject').notNull().default(''),
    detail: text('detail').notNull(),
    frozenAt: at('frozen_at').notNull().defaultNow(),
    releasedAt: at('released_at'),
    /** Who let go and why, in the operator's words. */
    release: text('release'),
  },
  (t) => [
    check('known_cause', sql`${t.cause} in ('unknown_debit','debit_mismatch','balance_mismatch','operator')`),
    check(
      'released_with_words',
      sql`case when ${t.releasedAt} is null then ${t.release} is null else btrim(coalesce(${t.release}, '')) <> '' end`,
    ),
    uniqueIndex('one_open_freeze').on(t.cause, t.subject).where(sql`${t.releasedAt} is null`),
  ],
);

/**
 * Why what an account is owed does not leave now, as the worker last found it: a node whose wallet cannot receive, or `payout_inflight` for what
 * keeps the whole queue. No row: nothing stands in the way.
 */
export const payoutWaits = pgTable('payout_waits', {
  account: bigint('account', { mode: 'bigint' })
    .primaryKey()
    .references(() => accounts.id),
  code: text('code').notNull(),
  detail: text('detail').notNull(),
  since: at('since').notNull().defaultNow(),
});
