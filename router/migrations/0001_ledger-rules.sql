-- Rules that the ledger does not leave to the code: see docs/LEDGER.md.

-- Nothing that happened is ever changed or taken away.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
--> statement-breakpoint
create trigger transfers_append_only before update or delete or truncate on transfers for each statement execute function refuse_change();
--> statement-breakpoint
create trigger job_resolutions_append_only before update or delete or truncate on job_resolutions for each statement execute function refuse_change();
--> statement-breakpoint
create trigger job_events_append_only before update or delete or truncate on job_events for each statement execute function refuse_change();
--> statement-breakpoint

-- Kept balances follow the transfers. One update for each account and statement, in the order of ids, so that batches that
-- touch the same accounts wait for each other and never deadlock. `for no key update`, because a transfer's foreign keys hold key
-- shares on its accounts: `for update` would wait for those of every other transfer.
create function move_balances() returns trigger language plpgsql as $$
begin
  perform 1 from accounts
    where balance is not null and id in (select debit from new_transfers union select credit from new_transfers)
    order by id for no key update;
  update accounts a set balance = a.balance + moved.delta
    from (
      select account, sum(delta) as delta from (
        select debit as account, -amount as delta from new_transfers
        union all
        select credit, amount from new_transfers
      ) moves group by account
    ) moved
    where a.id = moved.account and a.balance is not null;
  return null;
end $$;
--> statement-breakpoint
create trigger transfers_move_balances after insert on transfers
  referencing new table as new_transfers for each statement execute function move_balances();
--> statement-breakpoint

-- A balance begins at zero and moves only by transfers.
create function guard_balance() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.balance <> 0 then
      raise exception 'an account begins at zero' using errcode = 'integrity_constraint_violation';
    end if;
  elsif new.kind <> old.kind or new.owner <> old.owner or pg_trigger_depth() < 2 then
    raise exception 'balances move only by transfers' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger accounts_guard_balance before insert or update on accounts for each row execute function guard_balance();
--> statement-breakpoint
create trigger accounts_stay before delete or truncate on accounts for each statement execute function refuse_change();
--> statement-breakpoint

-- One payment pays for one job, once; and what arrived stays as it was seen.
create function guard_chain_credit() returns trigger language plpgsql as $$
begin
  if old.applied_job is not null and new.applied_job is distinct from old.applied_job then
    raise exception 'payment % is already applied', old.signature using errcode = 'integrity_constraint_violation';
  end if;
  if (new.signature, new.slot, new.amount, new.payer, new.memo) is distinct from (old.signature, old.slot, old.amount, old.payer, old.memo) then
    raise exception 'a payment cannot be rewritten' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger chain_credits_guard before update on chain_credits for each row execute function guard_chain_credit();
--> statement-breakpoint

insert into accounts (kind) values ('treasury'), ('held'), ('burn'), ('revenue'), ('payout_inflight'), ('suspense');
