import type { SqlRunner } from '../db/connect.ts';

export type FreezeCause = 'unknown_debit' | 'debit_mismatch' | 'balance_mismatch' | 'operator';

/** Why nothing leaves our token account. `subject` is what it is about, so that one finding freezes once. */
export interface Finding {
  cause: FreezeCause;
  subject: string;
  detail: string;
}

export interface Freeze extends Finding {
  id: bigint;
  /** Unix milliseconds. */
  frozenAt: number;
}

/** Freezes payouts for each finding that has not frozen them already. Returns those that are news. */
export async function freezePayouts(sql: SqlRunner, findings: readonly Finding[]): Promise<Freeze[]> {
  if (findings.length === 0) return [];
  return sql<Freeze[]>`
    insert into payout_freezes (cause, subject, detail)
    select * from unnest(
      ${findings.map((f) => f.cause)}::text[], ${findings.map((f) => f.subject)}::text[], ${findings.map((f) => f.detail)}::text[]
    )
    on conflict (cause, subject) where released_at is null do nothing
    returning id, cause, subject, detail, (extract(epoch from frozen_at) * 1000)::float8 as "frozenAt"`;
}

export function openFreezes(sql: SqlRunner): Promise<Freeze[]> {
  return sql<Freeze[]>`
    select id, cause, subject, detail, (extract(epoch from frozen_at) * 1000)::float8 as "frozenAt" from payout_freezes where released_at is null order by id`;
}

/** Lets payouts go on as far as this freeze is concerned. False when it is not open. What is still wrong freezes again. */
export async function releaseFreeze(sql: SqlRunner, id: bigint, release: string): Promise<boolean> {
  const rows = await sql`
    update payout_freezes set released_at = now(), release = ${release}
    where id = ${id.toString()}::bigint and released_at is null returning id`;
  return rows.length > 0;
}
