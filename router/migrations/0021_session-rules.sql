-- What a session's charge is counted by is said once, and a payment that shows the session's id to all pays for none.

create trigger jobs_keep_session before update of session_minutes on jobs
  for each row execute function refuse_rewrite('session_minutes');
--> statement-breakpoint
create function guard_attempt_marks() returns trigger language plpgsql as $$
begin
  if (new.ready_at is distinct from old.ready_at and (old.ready_at is not null or old.state <> 'leased'))
    or (new.closed_at is distinct from old.closed_at and (old.closed_at is not null or old.state <> 'leased')) then
    raise exception 'when attempt % was ready, or closed, is said once and while it is leased', new.id
      using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger attempts_guard_marks before update of ready_at, closed_at on attempts
  for each row execute function guard_attempt_marks();
--> statement-breakpoint
create function guard_session_charge() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from attempts where id = new.attempt_id and job_id = new.id and ready_at is not null) then
    raise exception 'session % was never ready', new.id using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;
--> statement-breakpoint
create trigger jobs_guard_session after update of state on jobs for each row
  when (new.state = 'succeeded' and new.session_minutes is not null) execute function guard_session_charge();
--> statement-breakpoint
create function guard_session_payment() returns trigger language plpgsql as $$
begin
  if exists (select 1 from jobs where id = new.applied_job and session_minutes is not null) then
    raise exception 'payment % names session % by its id', new.signature, new.applied_job using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger chain_credits_guard_session before update of applied_job on chain_credits for each row
  when (new.applied_job::text = new.memo) execute function guard_session_payment();
