import type { SqlRunner } from '../db/connect.ts';

export async function isFrozen(sql: SqlRunner): Promise<boolean> {
  const rows = await sql`select 1 from payout_freezes where released_at is null limit 1`;
  return rows.length > 0;
}

/** Makes this transaction and one that freezes wait for each other, then looks: what is signed was signed before the freeze. */
export async function lockUnfrozen(tx: SqlRunner): Promise<boolean> {
  await tx`lock table payout_freezes in share mode`;
  return !(await isFrozen(tx));
}
