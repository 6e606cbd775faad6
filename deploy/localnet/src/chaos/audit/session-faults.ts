import type { Sql } from './sql.ts';

/** Sessions: nothing without readiness, else whole minutes that were begun; and each call at most once in the result, and run at most once. */
export async function sessionFaults(sql: Sql, programs: readonly string[]): Promise<string[]> {
  const rows = await sql<{ fault: string; job: string }[]>`
    with sessions as (
      select j.id, j.price, j.charged, j.session_minutes, j.result, a.ready_at, j.price / j.session_minutes as minute,
        ceil(extract(epoch from coalesce(a.closed_at, j.finished_at) - a.ready_at) / 60) as begun
      from jobs j left join attempts a on a.id = j.attempt_id where j.state = 'succeeded' and j.session_minutes is not null
    )
    select 'a session that was charged and never ready' as fault, id::text as job from sessions where ready_at is null
    union all
    select 'a session charged for no whole minutes', id::text from sessions where charged % minute <> 0 or charged < minute
    union all
    select 'a session charged for more minutes than were begun', id::text from sessions
      where charged > minute * least(session_minutes, greatest(1, begun))
    union all
    select 'a session whose result has a call twice', s.id::text from sessions s,
      jsonb_array_elements(s.result::jsonb #> '{data,calls}') call group by s.id, call ->> 'call_id' having count(*) > 1
    union all
    select 'a session that went to another node after it was ready', job_id::text from attempts
      where ready_at is not null group by job_id having count(*) > 1`;
  return [...rows.map(({ fault, job }) => `job ${job}: ${fault}`), ...ranTwice(programs)];
}

/** Customers send each program in one call, so none may run again, whatever is lost and repeated on the way. */
function ranTwice(programs: readonly string[]): string[] {
  const seen = new Set<string>();
  return programs
    .filter((program) => seen.size === seen.add(program).size)
    .map((program) => `call ${program} ran twice`);
}
