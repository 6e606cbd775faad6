import type { JobId } from '@watt/shared';
import type { SqlRunner } from '../db/connect.ts';
import type { SettlementState } from './states.ts';

/** How the newest settlement of a job stands. */
export interface SettlementView {
  signature: string;
  payer: string;
  /** Base units. */
  amount: bigint;
  state: SettlementState;
  /** Whether what it brought is on record. */
  isCredited: boolean;
}

export async function findSettlement(sql: SqlRunner, jobId: JobId): Promise<SettlementView | null> {
  const [row] = await sql<SettlementView[]>`
    select s.signature, s.payer, s.amount, s.state,
      exists (select 1 from chain_credits c where c.signature = s.signature and c.status <> 'orphaned') as "isCredited"
    from x402_settlements s where s.job_id = ${jobId}
    order by s.created_at desc limit 1`;
  return row ?? null;
}

/** A settlement whose fate is open. */
export interface OpenSettlement {
  signature: string;
  jobId: JobId;
  raw: Uint8Array;
  lastValidHeight: bigint;
  isCredited: boolean;
}

/** The oldest settlements whose fate is open. */
export async function openSettlements(sql: SqlRunner, limit: number): Promise<OpenSettlement[]> {
  return sql<OpenSettlement[]>`
    select s.signature, s.job_id as "jobId", s.raw, s.last_valid_height as "lastValidHeight",
      exists (select 1 from chain_credits c where c.signature = s.signature and c.status <> 'orphaned') as "isCredited"
    from x402_settlements s where s.state = 'signed'
    order by s.created_at limit ${limit}`;
}

/** `signed` → `settled` for those of the signatures whose credit is finalized. */
export async function settleFinalized(sql: SqlRunner, signatures: readonly string[]): Promise<void> {
  await sql`
    update x402_settlements s set state = 'settled', finished_at = now()
    from chain_credits c
    where s.signature = any(${signatures as string[]}) and s.state = 'signed'
      and c.signature = s.signature and c.status = 'finalized'`;
}

/** `signed` → `failed` or `expired`, unless what it brought is on record all the same. */
export async function endSettlement(
  sql: SqlRunner,
  { signature, state, error }: { signature: string; state: 'failed' | 'expired'; error: string },
): Promise<void> {
  await sql`
    update x402_settlements s set state = ${state}, finished_at = now(), error = ${error}
    where s.signature = ${signature} and s.state = 'signed'
      and not exists (select 1 from chain_credits c where c.signature = s.signature and c.status <> 'orphaned')`;
}
