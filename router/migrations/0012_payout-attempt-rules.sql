-- While a signed transaction may still land, or has landed, nobody touches what it pays: see docs/LEDGER.md.

create function guard_payout_attempts() returns trigger language plpgsql as $$
begin
  if old.state = 'batched' and new.state = 'queued' and exists (
    select 1 from payout_attempts where batch_id = old.batch_id and state in ('live', 'finalized')
  ) then
    raise exception 'payout % may have been sent', new.id using errcode = 'integrity_constraint_violation';
  end if;
  if old.state = 'batched' and new.state = 'paid' and not exists (
    select 1 from payout_attempts where batch_id = new.batch_id and state = 'finalized'
  ) then
    raise exception 'payout % is not finalized', new.id using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger payouts_guard_attempts before update of state on payouts for each row execute function guard_payout_attempts();
--> statement-breakpoint

create function guard_batch_attempts() returns trigger language plpgsql as $$
begin
  if old.state = 'open' and new.state = 'failed' and exists (
    select 1 from payout_attempts where batch_id = new.id and state in ('live', 'finalized')
  ) then
    raise exception 'batch % may have been sent', new.id using errcode = 'integrity_constraint_violation';
  end if;
  if old.state = 'open' and new.state = 'done' and not exists (
    select 1 from payout_attempts where batch_id = new.id and state = 'finalized'
  ) then
    raise exception 'batch % is not finalized', new.id using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger payout_batches_guard_attempts before update of state on payout_batches for each row execute function guard_batch_attempts();
--> statement-breakpoint

-- The lock makes an attempt and the end of its batch wait for each other.
create function guard_new_attempt() returns trigger language plpgsql as $$
begin
  perform 1 from payout_batches where id = new.batch_id and state = 'open' for no key update;
  if not found then
    raise exception 'batch % is over', new.batch_id using errcode = 'integrity_constraint_violation';
  end if;
  if exists (select 1 from payout_attempts where batch_id = new.batch_id and state <> 'expired') then
    raise exception 'batch % has an attempt that did not expire', new.batch_id using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger payout_attempts_guard_new before insert on payout_attempts for each row execute function guard_new_attempt();
