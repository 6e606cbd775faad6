import type { Fragment } from 'postgres';
import type { SqlRunner } from '../db/connect.ts';
import { listParameter } from '../db/list-parameter.ts';

/** What a key may still do, in base units; null is no limit of its own. */
export interface KeyBudget {
  state: 'usable' | 'revoked' | 'expired';
  perJob: bigint | null;
  perDay: bigint | null;
  /** Today, UTC. */
  spent: bigint;
}

/** A job that is paid from a balance, and who allowed it. */
export interface Grant {
  jobId: string;
  wallet: string;
  keyId: string | null;
  amount: bigint;
}

/**
 * Locks keys and what they spent today until the caller's transaction ends. Every transaction that also touches balances does this first:
 * keys, then accounts.
 */
export async function lockBudgets(
  sql: SqlRunner,
  keyIds: readonly string[],
): Promise<Map<string, KeyBudget>> {
  const ids = [...new Set(keyIds)];
  if (ids.length === 0) return new Map();
  const [keys, days] = await Promise.all([
    sql<({ id: string } & Omit<KeyBudget, 'spent'>)[]>`
      select id, budget_per_job as "perJob", budget_per_day as "perDay",
        case when revoked_at is not null then 'revoked' when expires_at <= now() then 'expired' else 'usable' end as state
      from api_keys where id = any(${ids}) order by id for no key update`,
    sql<{ id: string; spent: bigint }[]>`
      select key_id as id, spent from api_key_days
      where key_id = any(${ids}) and day = (now() at time zone 'utc')::date order by key_id for no key update`,
  ]);
  const spent = new Map(days.map((day) => [day.id, day.spent]));
  return new Map(keys.map(({ id, ...key }) => [id, { ...key, spent: spent.get(id) ?? 0n }]));
}

/** Writes down who let jobs be paid, and raises what the keys spent today, as parts of the statement that holds the prices. */
export function grantParts(sql: SqlRunner, grants: readonly Grant[]): Fragment {
  return sql`
    grants as (
      select *, (now() at time zone 'utc')::date as day from unnest(
        ${grants.map((grant) => grant.jobId)}::uuid[], ${grants.map((grant) => grant.wallet)}::text[],
        ${grants.map((grant) => grant.keyId)}::text[], ${listParameter(grants.map((grant) => grant.amount))}::bigint[]
      ) as granted (job_id, wallet, key_id, amount)
    ), authorised as (
      insert into job_authorities (job_id, wallet, key_id, day) select job_id, wallet, key_id, day from grants
    ), budgeted as (
      insert into api_key_days (key_id, day, spent)
      select key_id, day, sum(amount) from grants where key_id is not null group by key_id, day
      on conflict (key_id, day) do update set spent = api_key_days.spent + excluded.spent
    )`;
}

/** Gives a key back what its jobs had taken from a day's budget. Belongs in the transaction that voids them, before the void. */
export async function lowerBudgets(sql: SqlRunner, jobIds: readonly string[]): Promise<void> {
  await sql`
    update api_key_days d set spent = d.spent - voided.amount
    from (
      select a.key_id, a.day, sum(h.amount) as amount
      from job_authorities a join transfers h on h.idem = 'hold:' || a.job_id
      where a.job_id = any(${jobIds as string[]}::uuid[]) and a.key_id is not null group by a.key_id, a.day
    ) as voided
    where d.key_id = voided.key_id and d.day = voided.day`;
}

/**
 * Gives keys back what of their jobs' prices is not charged, as part of the statement that captures them. Expects the relation `captures` of
 * `captureParts` before it.
 */
export function unusedBudgetParts(sql: SqlRunner): Fragment {
  return sql`
    unused_budgets as (
      select a.key_id, a.day, sum(c.unused) as amount from captures c join job_authorities a on a.job_id = c.job_id
      where a.key_id is not null and c.unused > 0 group by a.key_id, a.day
    ), unused_days as (
      select key_id, day from api_key_days where (key_id, day) in (select key_id, day from unused_budgets)
      order by key_id, day for no key update
    ), budgets_back as (
      update api_key_days d set spent = d.spent - b.amount
      from unused_budgets b join unused_days u on u.key_id = b.key_id and u.day = b.day
      where d.key_id = b.key_id and d.day = b.day
    )`;
}
