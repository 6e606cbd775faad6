import type { Capabilities } from '@watt/shared';
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  customType,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';

const baseUnits = (name: string) => bigint(name, { mode: 'bigint' });
const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });

/** Ledger accounts. A balance is kept only where it is checked: customers and nodes. The rest are sums of transfers. */
export const accounts = pgTable(
  'accounts',
  {
    id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    kind: text('kind').notNull(),
    owner: text('owner').notNull().default(''),
    balance: baseUnits('balance'),
  },
  (t) => [
    unique('accounts_kind_owner').on(t.kind, t.owner),
    check(
      'known_kind',
      sql`${t.kind} in ('treasury','customer','held','node','refund','burn','revenue','payout_inflight','suspense')`,
    ),
    check('balance_kept', sql`(${t.kind} in ('customer','node')) = (${t.balance} is not null)`),
    check('non_negative', sql`${t.balance} >= 0`),
  ],
);

export const jobs = pgTable(
  'jobs',
  {
    id: uuid('id').primaryKey(),
    service: text('service').notNull(),
    state: text('state').notNull(),
    /** The normalised request as JSON text. */
    request: text('request').notNull(),
    /** SHA-256 of the bytes that the agent sent. */
    requestSha256: text('request_sha256').notNull(),
    commitment: text('commitment').notNull(),
    price: baseUnits('price').notNull(),
    nodeShare: baseUnits('node_share').notNull(),
    burnShare: baseUnits('burn_share').notNull(),
    payer: text('payer'),
    attempts: integer('attempts').notNull().default(0),
    createdAt: at('created_at').notNull().defaultNow(),
    expiresAt: at('expires_at').notNull(),
    queuedAt: at('queued_at'),
    finishedAt: at('finished_at'),
    nodeId: text('node_id'),
    attemptId: uuid('attempt_id'),
    /** The payload text that the node signed, or the router's own failure payload. */
    result: text('result'),
    resultSha256: text('result_sha256'),
    statement: text('statement'),
    statementSignature: text('statement_signature'),
  },
  (t) => [
    check(
      'known_state',
      sql`${t.state} in ('awaiting_payment','queued','running','succeeded','failed','expired')`,
    ),
    check('price_positive', sql`${t.price} > 0`),
    check(
      'shares_fit',
      sql`${t.nodeShare} >= 0 and ${t.burnShare} >= 0 and ${t.nodeShare} + ${t.burnShare} <= ${t.price}`,
    ),
    check('paid_before_work', sql`${t.state} in ('awaiting_payment','expired') or ${t.payer} is not null`),
    check(
      'ended_with_time',
      sql`(${t.state} in ('succeeded','failed','expired')) = (${t.finishedAt} is not null)`,
    ),
    index('jobs_live').on(t.queuedAt).where(sql`${t.state} in ('queued','running')`),
    index('jobs_unpaid').on(t.expiresAt).where(sql`${t.state} = 'awaiting_payment'`),
    index('jobs_commitment').on(t.commitment).where(sql`${t.state} = 'awaiting_payment'`),
    index('jobs_created').on(t.createdAt),
  ],
);

export const jobEvents = pgTable(
  'job_events',
  {
    id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    jobId: uuid('job_id').notNull(),
    at: at('at').notNull().defaultNow(),
    fromState: text('from_state'),
    toState: text('to_state').notNull(),
    detail: text('detail'),
  },
  (t) => [index('job_events_job').on(t.jobId)],
);

/** How a job's hold ended. The primary key makes capture and void exclude each other; transfers refer to both columns. */
export const jobResolutions = pgTable(
  'job_resolutions',
  {
    jobId: uuid('job_id')
      .primaryKey()
      .references(() => jobs.id),
    outcome: text('outcome').notNull(),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [
    unique('job_resolutions_outcome').on(t.jobId, t.outcome),
    check('known_outcome', sql`${t.outcome} in ('captured','voided')`),
  ],
);

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
    at: at('at').notNull().defaultNow(),
  },
  (t) => [
    check('amount_positive', sql`${t.amount} > 0`),
    check('two_accounts', sql`${t.debit} <> ${t.credit}`),
    check(
      'known_kind',
      sql`${t.kind} in ('credit','orphan','hold','capture_node','capture_burn','capture_revenue','void')`,
    ),
    check(
      'resolution_of_kind',
      sql`${t.resolution} is not distinct from case when ${t.kind} like 'capture%' then 'captured' when ${t.kind} = 'void' then 'voided' end`,
    ),
    check('job_of_kind', sql`(${t.kind} in ('credit','orphan')) = (${t.jobId} is null)`),
    foreignKey({
      name: 'transfers_resolution',
      columns: [t.jobId, t.resolution],
      foreignColumns: [jobResolutions.jobId, jobResolutions.outcome],
    }),
    index('transfers_job').on(t.jobId).where(sql`${t.jobId} is not null`),
    index('transfers_debit').on(t.debit),
    index('transfers_credit').on(t.credit),
  ],
);

/** One lease of a job to a node. At most one is live for each job. */
export const attempts = pgTable(
  'attempts',
  {
    id: uuid('id').primaryKey(),
    jobId: uuid('job_id')
      .notNull()
      .references(() => jobs.id),
    nodeId: text('node_id').notNull(),
    state: text('state').notNull(),
    leasedAt: at('leased_at').notNull().defaultNow(),
    deadline: at('deadline').notNull(),
    finishedAt: at('finished_at'),
    reason: text('reason'),
  },
  (t) => [
    check('known_state', sql`${t.state} in ('leased','succeeded','failed','refused','lapsed')`),
    check('ended_with_time', sql`(${t.state} = 'leased') = (${t.finishedAt} is null)`),
    uniqueIndex('one_live_attempt').on(t.jobId).where(sql`${t.state} = 'leased'`),
    index('attempts_job').on(t.jobId),
    index('attempts_node').on(t.nodeId, t.state),
  ],
);

/** Files of results, by content. */
export const artifacts = pgTable(
  'artifacts',
  {
    jobId: uuid('job_id')
      .notNull()
      .references(() => jobs.id),
    sha256: text('sha256').notNull(),
    contentType: text('content_type').notNull(),
    bytes: bytea('bytes').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jobId, t.sha256] })],
);

export const nodes = pgTable(
  'nodes',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    class: text('class').notNull(),
    wallet: text('wallet'),
    walletSignature: text('wallet_signature'),
    version: text('version').notNull(),
    capabilities: jsonb('capabilities').$type<Capabilities>().notNull(),
    state: text('state').notNull(),
    firstSeenAt: at('first_seen_at').notNull().defaultNow(),
    lastSeenAt: at('last_seen_at').notNull().defaultNow(),
  },
  (t) => [
    check('known_state', sql`${t.state} in ('online','draining','offline')`),
    index('nodes_state').on(t.state),
  ],
);

export const nodeEvents = pgTable(
  'node_events',
  {
    id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    nodeId: text('node_id')
      .notNull()
      .references(() => nodes.id),
    at: at('at').notNull().defaultNow(),
    fromState: text('from_state'),
    toState: text('to_state').notNull(),
    detail: text('detail'),
  },
  (t) => [index('node_events_node').on(t.nodeId)],
);

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
  ],
);

/** How far the finalized history of a token account has been read. */
export const chainCursors = pgTable('chain_cursors', {
  tokenAccount: text('token_account').primaryKey(),
  finalizedSlot: bigint('finalized_slot', { mode: 'bigint' }).notNull(),
});
