import type { SqlRunner } from '../db/connect.ts';

/** Every transfer up to an id, added up by kind and by the accounts between which it moved. */
export interface LedgerSums {
  upTo: bigint;
  rows: ReadonlyMap<string, SumRow>;
}

export interface SumRow {
  kind: string;
  debit: string;
  credit: string;
  total: bigint;
}

export const NO_TRANSFERS: LedgerSums = { upTo: 0n, rows: new Map() };

/** Adds the transfers after those that are in the sums, up to an id, or all. */
export async function addTransfers(
  sql: SqlRunner,
  since: LedgerSums,
  upTo: bigint | null,
): Promise<LedgerSums> {
  const rows = await sql<{ kind: string; debit: string; credit: string; total: string }[]>`
    with moves as (
      select kind, debit, credit, sum(amount) as total from transfers
      where id > ${since.upTo.toString()}::bigint and (${upTo === null} or id <= ${(upTo ?? 0n).toString()}::bigint)
      group by kind, debit, credit
    )
    select m.kind, d.kind as debit, c.kind as credit, sum(m.total)::text as total
    from moves m join accounts d on d.id = m.debit join accounts c on c.id = m.credit
    group by m.kind, d.kind, c.kind`;
  const sums = new Map(since.rows);
  for (const row of rows) {
    const key = `${row.kind} ${row.debit} ${row.credit}`;
    sums.set(key, { ...row, total: (sums.get(key)?.total ?? 0n) + BigInt(row.total) });
  }
  return { upTo: upTo ?? since.upTo, rows: sums };
}

/**
 * The newest transfer before which none is missing any more: ids are given before the commit, so a smaller one may show up later, but no
 * transaction of ours lasts minutes.
 */
export async function settledTransfer(sql: SqlRunner, since: bigint): Promise<bigint> {
  const [row] = await sql<{ id: bigint }[]>`
    select id from transfers where at < now() - interval '5 minutes' order by id desc limit 1`;
  return row && row.id > since ? row.id : since;
}

/** What the sums say of one kind of account: credits less debits. */
export function balanceOf({ rows }: LedgerSums, account: string): bigint {
  let balance = 0n;
  for (const { debit, credit, total } of rows.values()) {
    if (credit === account) balance += total;
    if (debit === account) balance -= total;
  }
  return balance;
}

/** What has moved by one kind of transfer. */
export function movedBy({ rows }: LedgerSums, kind: string): bigint {
  return [...rows.values()].reduce((sum, row) => (row.kind === kind ? sum + row.total : sum), 0n);
}
