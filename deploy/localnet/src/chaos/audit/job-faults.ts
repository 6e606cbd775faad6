import type { Sql } from './sql.ts';

/** Jobs and batches whose money did not come to one end. */
export async function jobFaults(sql: Sql): Promise<string[]> {
  const rows = await sql<{ fault: string; job: string }[]>`
    select 'captured and voided' as fault, job_id::text as job from transfers
      where kind in ('capture_revenue', 'void') group by job_id having count(distinct kind) > 1
    union all
    select 'held and neither captured nor voided', h.job_id::text from transfers h
      where h.kind = 'hold' and not exists (select 1 from job_resolutions r where r.job_id = h.job_id)
    union all
    select 'held twice', job_id::text from transfers where kind = 'hold' group by job_id having count(*) > 1
    union all
    select 'charged without a result', j.id::text from jobs j join job_resolutions r on r.job_id = j.id
      where r.outcome = 'captured' and (j.state <> 'succeeded' or j.result is null)
    union all
    select 'failed and not given back', j.id::text from jobs j
      left join job_resolutions r on r.job_id = j.id
      where j.state = 'failed' and r.outcome is distinct from 'voided'
    union all
    select 'captured for another sum than was held', h.job_id::text from transfers h
      join transfers c on c.job_id = h.job_id and c.kind like 'capture%'
      where h.kind = 'hold' group by h.job_id, h.amount having sum(c.amount) <> h.amount
    union all
    select 'never ended', id::text from jobs where state in ('queued', 'running')
    union all
    select 'a batch that is paid in part', b.id::text from scrape_batches b
      cross join lateral (
        select count(*) as held, coalesce(sum(t.amount), 0) as amount from transfers t
        where t.job_id = any(b.job_ids) and t.kind = 'hold') h
      where h.held not in (0, case when b.state = 'funded' then cardinality(b.job_ids) else 0 end)
        or (b.state = 'funded' and h.amount <> b.price)`;
  return rows.map(({ fault, job }) => `job ${job}: ${fault}`);
}
