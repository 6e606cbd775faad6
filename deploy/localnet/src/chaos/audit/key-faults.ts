import type { Sql } from './sql.ts';

/** What each key has spent, by day, is what its jobs were charged; and never more than it may. */
export async function keyFaults(sql: Sql): Promise<string[]> {
  const rows = await sql<
    { key: string; day: string; spent: string; charged: string; budget: string | null }[]
  >`
    with charged as (
      select a.key_id, a.day, sum(coalesce(j.charged, 0)) as amount
      from job_authorities a join jobs j on j.id = a.job_id where a.key_id is not null group by a.key_id, a.day
    )
    select key_id as key, day::text, coalesce(d.spent, 0)::text as spent, coalesce(c.amount, 0)::text as charged,
      k.budget_per_day::text as budget
    from charged c full join api_key_days d using (key_id, day) join api_keys k on k.id = key_id`;
  return rows.flatMap(({ key, day, spent, charged, budget }) => [
    ...(spent === charged
      ? []
      : [`key ${key} spent ${spent} on ${day}, and its jobs were charged ${charged}`]),
    ...(budget === null || BigInt(spent) <= BigInt(budget)
      ? []
      : [`key ${key} spent ${spent} on ${day}, and may spend ${budget}`]),
  ]);
}
