-- The transition tables of router/src/jobs/states.ts and router/src/nodes/states.ts; a test compares them with the code.

create function guard_state() returns trigger language plpgsql as $$
begin
  if new.state <> old.state and not (old.state || '>' || new.state) = any (tg_argv) then
    raise exception '% cannot move from % to %', tg_table_name, old.state, new.state using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger jobs_guard_state before update of state on jobs for each row execute function guard_state(
  'awaiting_payment>queued', 'awaiting_payment>expired',
  'queued>running', 'queued>failed',
  'running>succeeded', 'running>failed', 'running>queued'
);
--> statement-breakpoint
create trigger attempts_guard_state before update of state on attempts for each row execute function guard_state(
  'leased>succeeded', 'leased>failed', 'leased>refused', 'leased>lapsed'
);
--> statement-breakpoint
create trigger nodes_guard_state before update of state on nodes for each row execute function guard_state(
  'online>draining', 'online>offline', 'draining>offline', 'draining>online', 'offline>online'
);
