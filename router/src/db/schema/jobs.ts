import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { at, baseUnits, bytea } from './columns.ts';

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
    /** What it costs without the discount, in basis points, that the caller's volume gave; the price is what is held. */
    listPrice: baseUnits('list_price'),
    discountBps: integer('discount_bps').notNull().default(0),
    /** Shares of the price; of what was charged, where that is less. */
    nodeShare: baseUnits('node_share').notNull(),
    burnShare: baseUnits('burn_share').notNull(),
    /** What of the price was captured, once the job has succeeded; the rest went back to its payer. */
    charged: baseUnits('charged'),
    payer: text('payer'),
    /** For how many minutes a session is booked; null for what is none. */
    sessionMinutes: integer('session_minutes'),
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
    /** When what the job was served with was made, if no node did the job; the statement is then about that copy. */
    copyMadeAt: at('copy_made_at'),
  },
  (t) => [
    check(
      'known_state',
      sql`${t.state} in ('awaiting_payment','queued','running','succeeded','failed','expired')`,
    ),
    check('price_positive', sql`${t.price} > 0`),
    check(
      'discount_of_list_price',
      sql`case when ${t.discountBps} = 0 then ${t.listPrice} is null else ${t.discountBps} between 1 and 9999 and ${t.listPrice} is not null and ${t.listPrice} >= ${t.price} end`,
    ),
    check(
      'shares_fit',
      sql`${t.nodeShare} >= 0 and ${t.burnShare} >= 0 and ${t.nodeShare} + ${t.burnShare} <= coalesce(${t.charged}, ${t.price})`,
    ),
    check('charged_when_done', sql`(${t.state} = 'succeeded') = (${t.charged} is not null)`),
    check('charged_within_price', sql`${t.charged} between 1 and ${t.price}`),
    check(
      'session_of_minutes',
      sql`${t.sessionMinutes} is null or (${t.service} = 'execute' and ${t.sessionMinutes} > 0)`,
    ),
    check('paid_before_work', sql`${t.state} in ('awaiting_payment','expired') or ${t.payer} is not null`),
    check(
      'copy_without_attempt',
      sql`${t.copyMadeAt} is null or (${t.state} = 'succeeded' and ${t.attemptId} is null and ${t.copyMadeAt} <= ${t.finishedAt})`,
    ),
    check(
      'ended_with_time',
      sql`(${t.state} in ('succeeded','failed','expired')) = (${t.finishedAt} is not null)`,
    ),
    index('jobs_live').on(t.queuedAt).where(sql`${t.state} in ('queued','running')`),
    index('jobs_unpaid').on(t.expiresAt).where(sql`${t.state} = 'awaiting_payment'`),
    index('jobs_commitment').on(t.commitment).where(sql`${t.state} = 'awaiting_payment'`),
    index('jobs_created').on(t.createdAt),
    // What a wallet has bought, summed without a look at the jobs themselves.
    index('jobs_bought').on(t.payer, t.finishedAt, t.charged).where(sql`${t.state} = 'succeeded'`),
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

/** One lease of a job to a node. At most one is live for each job. */
export const attempts = pgTable(
  'attempts',
  {
    id: uuid('id').primaryKey(),
    jobId: uuid('job_id')
      .notNull()
      .references(() => jobs.id),
    nodeId: text('node_id').notNull(),
    /** The process that waits for its result; `pg_locks` says whether it lives. */
    router: integer('router'),
    state: text('state').notNull(),
    leasedAt: at('leased_at').notNull().defaultNow(),
    deadline: at('deadline').notNull(),
    finishedAt: at('finished_at'),
    reason: text('reason'),
    /** Of a session: when the router heard that its kernel answers, and from when on nothing is charged because its agent, or its kernel, was done. */
    readyAt: at('ready_at'),
    closedAt: at('closed_at'),
  },
  (t) => [
    check(
      'closed_after_ready',
      sql`${t.closedAt} is null or (${t.readyAt} is not null and ${t.closedAt} >= ${t.readyAt})`,
    ),
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
