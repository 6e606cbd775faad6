import type { JobId } from '@watt/shared';
import type { SqlClient, SqlRunner } from '../db/connect.ts';

export interface NewSettlement {
  signature: string;
  /** Of a job, or of a batch that is paid at once. */
  jobId: JobId;
  payer: string;
  /** Base units. */
  amount: bigint;
  raw: Uint8Array;
  feeLamports: bigint;
  lastValidHeight: bigint;
}

/** What may be on its way at once, and what all of it may cost us. */
export interface SettlementLimits {
  maxPending: number;
  maxPendingPerPayer: number;
  maxFeeLamportsPerHour: bigint;
}

export type Registration =
  /** Stored now, or before by another call: one payment of this job is on its way. */
  | { outcome: 'stored' | 'joined' }
  /** This very payment was tried before, and ended without effect. */
  | { outcome: 'used' }
  /** The job does not wait for a payment any more. */
  | { outcome: 'not_waiting' }
  | { outcome: 'busy'; reason: string };

/**
 * Stores a payment that may be sent from now on. At most one of a job is on its way or done: of several calls, on any router, the
 * first stores and the others join. The limits hold over all routers, for those who register wait for each other.
 */
export async function registerSettlement(
  sql: SqlClient,
  settlement: NewSettlement,
  limits: SettlementLimits,
): Promise<Registration> {
  return sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext('x402_settlements'))`;
    if (!(await lockWaiting(tx, settlement.jobId))) return { outcome: 'not_waiting' };
    const [live] = await tx`
      select 1 from x402_settlements where job_id = ${settlement.jobId} and state in ('signed','settled')`;
    if (live) return { outcome: 'joined' };
    const busy = await findLimit(tx, settlement, limits);
    if (busy) return { outcome: 'busy', reason: busy };
    const { signature, jobId, payer, amount, raw, feeLamports, lastValidHeight } = settlement;
    const stored = await tx`
      insert into x402_settlements (signature, job_id, payer, amount, raw, fee_lamports, last_valid_height, state)
      values (${signature}, ${jobId}, ${payer}, ${amount}, ${Buffer.from(raw)}, ${feeLamports}, ${lastValidHeight}, 'signed')
      on conflict (signature) do nothing returning 1`;
    return { outcome: stored.length > 0 ? 'stored' : 'used' };
  });
}

/** Locks what is to be paid, a job or a batch; false when it does not wait for a payment. */
async function lockWaiting(sql: SqlRunner, id: JobId): Promise<boolean> {
  const jobs = await sql`
    select 1 from jobs where id = ${id} and state = 'awaiting_payment' for no key update`;
  if (jobs.length > 0) return true;
  const batches = await sql`
    select 1 from scrape_batches where id = ${id} and state = 'awaiting_payment' for no key update`;
  return batches.length > 0;
}

async function findLimit(
  sql: SqlRunner,
  { payer, feeLamports }: NewSettlement,
  limits: SettlementLimits,
): Promise<string | null> {
  const [now] = await sql<{ pending: bigint; ofPayer: bigint; fees: bigint }[]>`
    select
      (select count(*) from x402_settlements where state = 'signed') as pending,
      (select count(*) from x402_settlements where state = 'signed' and payer = ${payer}) as "ofPayer",
      (select coalesce(sum(fee_lamports), 0)::bigint from x402_settlements
        where created_at > now() - interval '1 hour' and state <> 'expired') as fees`;
  if (!now) throw new Error('Postgres answered without a row');
  if (now.pending >= limits.maxPending) return 'too many payments of all payers are on their way';
  if (now.ofPayer >= limits.maxPendingPerPayer) return 'too many payments of this wallet are on their way';
  if (now.fees + feeLamports > limits.maxFeeLamportsPerHour) return 'the fees of this hour are spent';
  return null;
}
