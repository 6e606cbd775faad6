import type { SqlRunner } from '../db/connect.ts';

const BATCH = 1000;

/** `awaiting_payment` → `expired` for jobs whose payment did not come in time. Returns their ids, at most 1000 a call. */
export async function expireUnpaidJobs(sql: SqlRunner): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    with due as (
      select id from jobs j where state = 'awaiting_payment' and expires_at <= now()
        -- Its payment may have been sent.
        and not exists (select 1 from x402_settlements s where s.job_id = j.id and s.state = 'signed')
      order by expires_at limit ${BATCH} for no key update skip locked
    ), moved as (
      update jobs j set state = 'expired', finished_at = now() from due where j.id = due.id and j.state = 'awaiting_payment'
      returning j.id
    ), noted as (
      insert into job_events (job_id, from_state, to_state) select id, 'awaiting_payment', 'expired' from moved
    )
    select id from moved`;
  return rows.map((row) => row.id);
}

/** The same for one job that its agent does not want any more. False when it is paid, or its payment may have been sent. */
export async function expireUnpaidJob(sql: SqlRunner, id: string): Promise<boolean> {
  const rows = await sql`
    with moved as (
      update jobs j set state = 'expired', finished_at = now() where id = ${id} and state = 'awaiting_payment'
        and not exists (select 1 from x402_settlements s where s.job_id = j.id and s.state = 'signed')
      returning id
    ), noted as (
      insert into job_events (job_id, from_state, to_state, detail) select id, 'awaiting_payment', 'expired', 'closed' from moved
    )
    select id from moved`;
  return rows.length > 0;
}
