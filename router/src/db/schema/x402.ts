import { sql } from 'drizzle-orm';
import { bigint, check, index, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { at, baseUnits, bytea } from './columns.ts';

/**
 * A payer's transaction that we pay the fee of, stored with both signatures before it is sent. The watcher credits what it brings; this row
 * says which job it is for. States: router/src/x402/states.ts.
 */
export const x402Settlements = pgTable(
  'x402_settlements',
  {
    signature: text('signature').primaryKey(),
    /** A job, or a batch that is paid at once: a trigger holds it, since there are two tables. */
    jobId: uuid('job_id').notNull(),
    payer: text('payer').notNull(),
    amount: baseUnits('amount').notNull(),
    raw: bytea('raw').notNull(),
    /** What it costs us at most when it lands. */
    feeLamports: bigint('fee_lamports', { mode: 'bigint' }).notNull(),
    lastValidHeight: bigint('last_valid_height', { mode: 'bigint' }).notNull(),
    state: text('state').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    finishedAt: at('finished_at'),
    error: text('error'),
  },
  (t) => [
    check('known_state', sql`${t.state} in ('signed','settled','failed','expired')`),
    check('amount_positive', sql`${t.amount} > 0`),
    check('ended_with_time', sql`(${t.state} = 'signed') = (${t.finishedAt} is null)`),
    check('fee_positive', sql`${t.feeLamports} > 0`),
    // One that failed or never landed makes room for another under the same job id.
    uniqueIndex('one_settlement_of_a_job').on(t.jobId).where(sql`${t.state} in ('signed','settled')`),
    index('x402_settlements_job').on(t.jobId, t.createdAt),
    index('x402_settlements_created').on(t.createdAt),
    index('x402_settlements_open').on(t.createdAt).where(sql`${t.state} = 'signed'`),
  ],
);
