import { sql } from 'drizzle-orm';
import { bigint, check, foreignKey, index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { at, baseUnits } from './columns.ts';
import { jobResolutions } from './jobs.ts';
import { payoutResolutions, payouts } from './payouts.ts';

/** One movement of money: one row, one debit account, one credit account. Append-only (trigger in the migrations). */
export const transfers = pgTable(
  'transfers',
  {
    id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    idem: text('idem').notNull().unique(),
    kind: text('kind').notNull(),
    debit: bigint('debit', { mode: 'bigint' })
      .notNull()
      .references(() => accounts.id),
    credit: bigint('credit', { mode: 'bigint' })
      .notNull()
      .references(() => accounts.id),
    amount: baseUnits('amount').notNull(),
    jobId: uuid('job_id'),
    resolution: text('resolution'),
    payoutId: uuid('payout_id'),
    payoutOutcome: text('payout_outcome'),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [
    check('amount_positive', sql`${t.amount} > 0`),
    check('two_accounts', sql`${t.debit} <> ${t.credit}`),
    check(
      'known_kind',
      sql`${t.kind} in ('credit','orphan','claim','explain','hold','capture_node','capture_burn','capture_revenue','capture_unused','void','payout','paid','return')`,
    ),
    check(
      'resolution_of_kind',
      sql`${t.resolution} is not distinct from case when ${t.kind} like 'capture%' then 'captured' when ${t.kind} = 'void' then 'voided' end`,
    ),
    check(
      'job_of_kind',
      sql`(${t.kind} = 'hold' or ${t.kind} like 'capture%' or ${t.kind} = 'void') = (${t.jobId} is not null)`,
    ),
    check('payout_of_kind', sql`(${t.kind} in ('payout','paid','return')) = (${t.payoutId} is not null)`),
    check(
      'outcome_of_kind',
      sql`${t.payoutOutcome} is not distinct from case ${t.kind} when 'paid' then 'paid' when 'return' then 'returned' end`,
    ),
    check(
      'idem_of_kind',
      sql`coalesce(${t.jobId}, ${t.payoutId}) is null or ${t.idem} = ${t.kind} || ':' || coalesce(${t.jobId}, ${t.payoutId})`,
    ),
    foreignKey({
      name: 'transfers_resolution',
      columns: [t.jobId, t.resolution],
      foreignColumns: [jobResolutions.jobId, jobResolutions.outcome],
    }),
    foreignKey({
      name: 'transfers_payout_resolution',
      columns: [t.payoutId, t.payoutOutcome],
      foreignColumns: [payoutResolutions.payoutId, payoutResolutions.outcome],
    }),
    foreignKey({ name: 'transfers_payout', columns: [t.payoutId], foreignColumns: [payouts.id] }),
    index('transfers_job').on(t.jobId).where(sql`${t.jobId} is not null`),
    index('transfers_payout').on(t.payoutId).where(sql`${t.payoutId} is not null`),
    index('transfers_debit').on(t.debit, t.id),
    index('transfers_credit').on(t.credit, t.id),
  ],
);
