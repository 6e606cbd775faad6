import type { SqlClient, SqlRunner } from '../db/connect.ts';
import type { Scope } from './authority.ts';

/** An API key as it is kept. Budgets in base units, times in Unix milliseconds. */
export interface StoredKey {
  id: string;
  wallet: string;
  name: string;
  scopes: Scope[];
  budgetPerJob: bigint | null;
  budgetPerDay: bigint | null;
  createdAt: number;
  expiresAt: number | null;
  revokedAt: number | null;
  lastUsedAt: number | null;
}

export type NewKey = Omit<StoredKey, 'createdAt' | 'revokedAt' | 'lastUsedAt'> & { secretSha256: string };

const MAX_LIVE_KEYS = 100;

const columns = (sql: SqlRunner) => sql`
  id, wallet, name, scopes, budget_per_job as "budgetPerJob", budget_per_day as "budgetPerDay",
  extract(epoch from created_at)::float8 * 1000 as "createdAt", extract(epoch from expires_at)::float8 * 1000 as "expiresAt",
  extract(epoch from revoked_at)::float8 * 1000 as "revokedAt", extract(epoch from last_used_at)::float8 * 1000 as "lastUsedAt"`;

/** Null when the wallet has as many keys as it may; those that were revoked or are over do not count. */
export async function insertKey(sql: SqlClient, key: NewKey): Promise<StoredKey | null> {
  return sql.begin(async (tx) => {
    // Two that are made at once would not see each other in the count.
    await tx`select pg_advisory_xact_lock(hashtextextended(${`api_keys:${key.wallet}`}, 0))`;
    const [stored] = await tx<StoredKey[]>`
      insert into api_keys (id, wallet, name, secret_sha256, scopes, budget_per_job, budget_per_day, expires_at)
      select ${key.id}, ${key.wallet}, ${key.name}, ${key.secretSha256}, ${key.scopes}::text[],
        ${key.budgetPerJob?.toString() ?? null}::bigint, ${key.budgetPerDay?.toString() ?? null}::bigint,
        to_timestamp(${key.expiresAt}::float8 / 1000.0)
      where ${MAX_LIVE_KEYS} > (
        select count(*) from api_keys
        where wallet = ${key.wallet} and revoked_at is null and (expires_at is null or expires_at > now()))
      returning ${columns(tx)}`;
    return stored ?? null;
  });
}

type FoundKey = StoredKey & { secretSha256: string; isCustomer: boolean };

export async function findKey(sql: SqlRunner, id: string): Promise<FoundKey | null> {
  const [key] = await sql<FoundKey[]>`
    select ${columns(sql)}, secret_sha256 as "secretSha256",
      exists (select 1 from accounts a where a.kind = 'customer' and a.owner = wallet) as "isCustomer"
    from api_keys where id = ${id}`;
  return key ?? null;
}

/** Writes down that a key was used, at most once a minute: it is for its owner to see, not for counting. */
export async function touchKey(sql: SqlRunner, id: string): Promise<void> {
  await sql`
    update api_keys set last_used_at = now()
    where id = ${id} and (last_used_at is null or last_used_at < now() - interval '1 minute')`;
}

/** Newest first, with what each has spent today (UTC); `after` is the id of the last key of the page before. */
export async function listKeys(
  sql: SqlRunner,
  page: { wallet: string; after: string | null; limit: number },
): Promise<(StoredKey & { spentToday: bigint })[]> {
  return sql<(StoredKey & { spentToday: bigint })[]>`
    select ${columns(sql)}, coalesce((
      select spent from api_key_days d where d.key_id = api_keys.id and d.day = (now() at time zone 'utc')::date
    ), 0) as "spentToday"
    from api_keys
    where wallet = ${page.wallet} and (${page.after}::text is null
      or (created_at, id) < (select created_at, id from api_keys where id = ${page.after} and wallet = ${page.wallet}))
    order by created_at desc, id desc limit ${page.limit}`;
}

/** Ends a key for good; asked again, it says the same. Null when the wallet has no such key. */
export async function revokeKey(
  sql: SqlRunner,
  key: { id: string; wallet: string },
): Promise<StoredKey | null> {
  const [revoked] = await sql<StoredKey[]>`
    update api_keys set revoked_at = coalesce(revoked_at, now()) where id = ${key.id} and wallet = ${key.wallet}
    returning ${columns(sql)}`;
  return revoked ?? null;
}
