-- What is known of our token account's history, and of what operators did: see docs/LEDGER.md.

create trigger chain_credits_stay before delete or truncate on chain_credits for each statement execute function refuse_change();
--> statement-breakpoint
create trigger chain_debits_stay before delete or truncate on chain_debits for each statement execute function refuse_change();
--> statement-breakpoint
create trigger operator_actions_append_only before update or delete or truncate on operator_actions for each statement execute function refuse_change();
--> statement-breakpoint

-- A transaction is final, or it disappears; one that disappeared may land again, at another slot.
create function guard_chain_status(old_status text, new_status text, signature text) returns void language plpgsql as $$
begin
  if new_status <> old_status and (old_status, new_status) not in (
    ('confirmed', 'finalized'), ('confirmed', 'orphaned'), ('orphaned', 'confirmed')
  ) then
    raise exception 'transaction % cannot move from % to %', signature, old_status, new_status using errcode = 'integrity_constraint_violation';
  end if;
end $$;
--> statement-breakpoint

create or replace function guard_chain_credit() returns trigger language plpgsql as $$
declare
  lands_again boolean := old.status = 'orphaned' and new.status = 'confirmed';
begin
  perform guard_chain_status(old.status, new.status, old.signature);
  if old.applied_job is not null and new.applied_job is distinct from old.applied_job then
    raise exception 'payment % is already applied', old.signature using errcode = 'integrity_constraint_violation';
  end if;
  if (new.signature, new.amount, new.payer, new.memo, new.seen_at) is distinct from (old.signature, old.amount, old.payer, old.memo, old.seen_at)
    or (new.slot <> old.slot and not lands_again)
    or new.landing <> old.landing + lands_again::int
  then
    raise exception 'a payment cannot be rewritten' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint

drop trigger chain_debits_keep on chain_debits;
--> statement-breakpoint
create function guard_chain_debit() returns trigger language plpgsql as $$
begin
  perform guard_chain_status(old.status, new.status, old.signature);
  if (new.signature, new.amount, new.memo, new.seen_at) is distinct from (old.signature, old.amount, old.memo, old.seen_at)
    or (new.slot <> old.slot and not (old.status = 'orphaned' and new.status = 'confirmed'))
  then
    raise exception 'a debit cannot be rewritten' using errcode = 'integrity_constraint_violation';
  end if;
  if new.explanation is distinct from old.explanation and (old.explanation is not null or new.status <> 'finalized') then
    raise exception 'a debit is explained once, when it is final' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger chain_debits_guard before update on chain_debits for each row execute function guard_chain_debit();
--> statement-breakpoint

-- One transaction brings tokens or takes them, never both.
create function guard_one_direction() returns trigger language plpgsql as $$
declare
  known boolean;
begin
  execute format('select exists (select 1 from %I where signature = $1)', tg_argv[0]) into known using new.signature;
  if known then
    raise exception 'transaction % is on record in the other direction', new.signature using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger chain_credits_one_direction before insert on chain_credits for each row execute function guard_one_direction('chain_debits');
--> statement-breakpoint
create trigger chain_debits_one_direction before insert on chain_debits for each row execute function guard_one_direction('chain_credits');
--> statement-breakpoint

-- A freeze is released once, with words, and stays on record.
create trigger payout_freezes_keep before update on payout_freezes for each row when (old.released_at is not null) execute function refuse_rewrite(
  'id', 'cause', 'subject', 'detail', 'frozen_at', 'released_at', 'release'
);
