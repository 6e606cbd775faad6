import type { Sql } from './sql.ts';

/** The shares and the price of a copy, as the router's defaults are; in basis points. */
const NODE_BPS = 7000;
const BURN_BPS = 15;
const COPY_BPS = 2000;

/** Charges below the price: whether each is what its kind may cost, and whether everybody got of it what is theirs. */
export async function chargeFaults(sql: Sql): Promise<string[]> {
  const rows = await sql<{ fault: string; job: string }[]>`
    with charged as (
      select j.*, (copy_made_at is not null) as is_copy,
        (select t.amount from transfers t where t.idem = 'capture_node:' || j.id) as to_node,
        (select a.owner from transfers t join accounts a on a.id = t.credit where t.idem = 'capture_node:' || j.id) as earner,
        (select t.amount from transfers t where t.idem = 'capture_burn:' || j.id) as to_burn,
        (select t.amount from transfers t where t.idem = 'capture_unused:' || j.id) as unused,
        (select a.owner from transfers t join accounts a on a.id = t.credit where t.idem = 'capture_unused:' || j.id) as refunded
      from jobs j where j.state = 'succeeded'
    )
    select 'charged in part, though no session and no copy' as fault, id::text as job from charged
      where charged < price and not is_copy and session_minutes is null
    union all
    select 'a copy that costs another part than a fifth', id::text from charged
      where is_copy and charged <> greatest(price * ${COPY_BPS}::bigint / 10000, 1)
    union all
    select 'another node than its own, or that of its copy, earned it', id::text from charged
      where earner is distinct from node_id
        or (is_copy and not exists (
          select 1 from jobs s where s.result_sha256 = charged.result_sha256 and s.copy_made_at is null and s.node_id = charged.node_id))
    union all
    select 'shares that are not those of the charge', id::text from charged
      where to_node is distinct from charged * ${NODE_BPS}::bigint / 10000
        or to_burn is distinct from charged * ${BURN_BPS}::bigint / 10000
    union all
    select 'what was not charged did not go back', id::text from charged
      where coalesce(unused, 0) <> price - charged or (unused is not null and refunded is distinct from payer)`;
  return rows.map(({ fault, job }) => `job ${job}: ${fault}`);
}
