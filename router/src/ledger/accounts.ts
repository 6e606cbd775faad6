import type { SqlRunner } from '../db/connect.ts';

/** Where money stands. Docs: docs/LEDGER.md. */
export type SystemAccount = 'treasury' | 'held' | 'burn' | 'revenue' | 'payout_inflight' | 'suspense';
export type OwnedAccount = 'customer' | 'node';
export type AccountId = bigint & { readonly __id: 'account' };

/** The system accounts by name; they are made by the migrations and never change. */
export type SystemAccounts = Readonly<Record<SystemAccount, AccountId>>;

export async function loadSystemAccounts(sql: SqlRunner): Promise<SystemAccounts> {
  const rows = await sql<
    { kind: SystemAccount; id: AccountId }[]
  >`select kind, id from accounts where owner = ''`;
  return Object.fromEntries(rows.map((row) => [row.kind, row.id])) as Record<SystemAccount, AccountId>;
}

/** Finds or opens the accounts of these owners (wallets or node ids), each at zero. */
export async function openAccounts(
  sql: SqlRunner,
  kind: OwnedAccount,
  owners: readonly string[],
): Promise<Map<string, AccountId>> {
  const wanted = [...new Set(owners)].sort();
  if (wanted.length === 0) return new Map();
  const find = () =>
    sql<
      { owner: string; id: AccountId }[]
    >`select owner, id from accounts where kind = ${kind} and owner = any(${wanted})`;
  let rows = await find();
  if (rows.length < wanted.length) {
    await sql`
      insert into accounts (kind, owner, balance)
      select ${kind}, owner, 0 from unnest(${wanted}::text[]) as owner
      on conflict (kind, owner) do nothing`;
    rows = await find();
  }
  return new Map(rows.map((row) => [row.owner, row.id]));
}
