-- A queued scrape may be served from a copy: charged without a run of its own, and only so.

drop trigger jobs_guard_state on jobs;
--> statement-breakpoint
create trigger jobs_guard_state before update of state on jobs for each row execute function guard_state(
  'awaiting_payment>queued', 'awaiting_payment>expired',
  'queued>running', 'queued>succeeded', 'queued>failed',
  'running>succeeded', 'running>failed', 'running>queued'
);
--> statement-breakpoint
create function guard_job_copy() returns trigger language plpgsql as $$
begin
  if old.state = 'queued' and new.state = 'succeeded' and new.copy_made_at is not null then return new; end if;
  raise exception 'job % is served from a copy, or by a node', new.id using errcode = 'integrity_constraint_violation';
end $$;
--> statement-breakpoint
create trigger jobs_guard_copy before update of state, copy_made_at on jobs for each row
  when (new.copy_made_at is distinct from old.copy_made_at or (old.state = 'queued' and new.state = 'succeeded'))
  execute function guard_job_copy();
