import type { Purchase } from '../customer.ts';
import type { Sql } from './sql.ts';

/** What the customers were told, and what the books say of it. */
export async function purchaseFaults(sql: Sql, purchases: readonly Purchase[]): Promise<string[]> {
  const rows = await sql<{ id: string; outcome: string | null; charged: string | null }[]>`
    select j.id::text, r.outcome, j.charged::text from jobs j left join job_resolutions r on r.job_id = j.id
    union all
    select id::text, state, null from payouts where kind = 'withdrawal'`;
  const books = new Map(rows.map(({ id, ...row }) => [id, row]));
  return purchases.flatMap((purchase) => {
    const { id, way, faults = [] } = purchase;
    const outcome = outcomeFault(purchase, books.get(id));
    return [...faults, ...outcome].map((fault) => `${id} (${way}): ${fault}`);
  });
}

function outcomeFault(
  { end, detail, charged }: Purchase,
  booked: { outcome: string | null; charged: string | null } | undefined,
): string[] {
  const outcome = booked?.outcome ?? 'unknown';
  if (end === 'gave_up') return [`its customer never got a final answer: ${detail}`];
  if (end === 'refused') return outcome === 'captured' ? [`refused (${detail}) and charged`] : [];
  if (outcome !== { delivered: 'captured', withdrawn: 'paid' }[end])
    return [`${end}, and in the books ${outcome}`];
  if (end === 'withdrawn' || `${charged}` === booked?.charged) return [];
  return [`charged ${charged} by its answer, and ${booked?.charged} in the books`];
}
