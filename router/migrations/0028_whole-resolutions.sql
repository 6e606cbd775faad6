-- What was left to the code until now: see docs/LEDGER.md.

-- A transfer goes between the accounts of its kind.
create function guard_transfer_accounts() returns trigger language plpgsql as $$
declare
  wrong text;
begin
  select n.kind || ' from ' || d.kind || ' to ' || c.kind into wrong
  from new_transfers n join accounts d on d.id = n.debit join accounts c on c.id = n.credit
  where n.kind || ' ' || d.kind || ' ' || c.kind <> all (array[
    'credit treasury customer', 'credit treasury suspense', 'orphan customer treasury', 'orphan suspense treasury',
    'claim suspense customer', 'explain revenue treasury', 'explain suspense treasury',
    'hold customer held', 'capture_node held node', 'capture_burn held burn', 'capture_revenue held revenue',
    'capture_unused held customer', 'void held customer',
    'payout node payout_inflight', 'payout customer payout_inflight', 'payout burn payout_inflight', 'paid payout_inflight treasury',
    'return payout_inflight node', 'return payout_inflight customer', 'return payout_inflight burn'
  ]) limit 1;
  if found then
    raise exception 'no transfer is a %', wrong using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;
--> statement-breakpoint
create trigger transfers_guard_accounts after insert on transfers
  referencing new table as new_transfers for each statement execute function guard_transfer_accounts();
--> statement-breakpoint

-- What ends a hold or a payout ends all of it, and what goes back goes to whom it was taken from. Seen after the statement, which writes the parts
-- of a capture at once.
create function guard_whole_resolutions() returns trigger language plpgsql as $$
begin
  if exists (select from new_transfers where resolution is not null) and exists (
    select from (select distinct job_id from new_transfers where resolution is not null) ended
      left join transfers h on h.idem = 'hold:' || ended.job_id
      cross join lateral (
        select sum(t.amount) as amount, bool_or(t.kind in ('void', 'capture_unused') and t.credit <> h.debit) as is_strange
        from transfers t where t.job_id = ended.job_id and t.resolution is not null
      ) parts
    where parts.amount is distinct from h.amount or parts.is_strange
  ) then
    raise exception 'a hold ends as a whole, and what is left of it goes to its payer' using errcode = 'integrity_constraint_violation';
  end if;
  if exists (
    select from new_transfers n left join transfers p on p.idem = 'payout:' || n.payout_id
    where n.payout_outcome is not null and (n.amount is distinct from p.amount or (n.kind = 'return' and n.credit <> p.debit))
  ) then
    raise exception 'a payout ends as a whole, and what comes back goes to its source' using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;
--> statement-breakpoint
create trigger transfers_guard_whole after insert on transfers
  referencing new table as new_transfers for each statement execute function guard_whole_resolutions();
--> statement-breakpoint

-- A job ends as its books say: captured with the shares and the charge that it names, or voided.
drop trigger jobs_guard_capture on jobs;
--> statement-breakpoint
drop function guard_job_capture();
--> statement-breakpoint
create function guard_job_end() returns trigger language plpgsql as $$
declare
  books record;
begin
  select coalesce(sum(amount) filter (where resolution = 'captured'), 0) as captured,
    coalesce(sum(amount) filter (where resolution = 'voided'), 0) as voided,
    coalesce(sum(amount) filter (where kind = 'capture_unused'), 0) as unused,
    coalesce(sum(amount) filter (where kind = 'capture_node'), 0) as node,
    coalesce(sum(amount) filter (where kind = 'capture_burn'), 0) as burn
  into books from transfers where job_id = new.id;
  if new.state = 'failed' and books.voided = new.price then return null; end if;
  if new.state = 'succeeded' and books.captured = new.price and books.unused = new.price - new.charged
    and books.node = new.node_share and books.burn = new.burn_share then return null; end if;
  raise exception 'the books of job % do not say that it has %', new.id, new.state using errcode = 'integrity_constraint_violation';
end $$;
--> statement-breakpoint
-- After the statement, which stores the result and captures at once.
create trigger jobs_guard_capture after update of state on jobs for each row
  when (new.state = 'succeeded') execute function guard_job_end();
--> statement-breakpoint
create constraint trigger jobs_guard_void after update of state on jobs deferrable initially deferred for each row
  when (new.state = 'failed') execute function guard_job_end();
--> statement-breakpoint

-- What has a life begins at its beginning.
create function guard_first_state() returns trigger language plpgsql as $$
begin
  raise exception '% cannot begin as %', tg_table_name, new.state using errcode = 'integrity_constraint_violation';
end $$;
--> statement-breakpoint
create trigger jobs_guard_first before insert on jobs for each row when (new.state <> 'awaiting_payment') execute function guard_first_state();
--> statement-breakpoint
create trigger attempts_guard_first before insert on attempts for each row when (new.state <> 'leased') execute function guard_first_state();
--> statement-breakpoint
create trigger scrape_batches_guard_first before insert on scrape_batches for each row when (new.state <> 'awaiting_payment') execute function guard_first_state();
--> statement-breakpoint
create trigger payouts_guard_first before insert on payouts for each row when (new.state <> 'queued') execute function guard_first_state();
--> statement-breakpoint
create trigger payout_batches_guard_first before insert on payout_batches for each row when (new.state <> 'open') execute function guard_first_state();
--> statement-breakpoint
create trigger payout_attempts_guard_first before insert on payout_attempts for each row when (new.state <> 'live') execute function guard_first_state();
--> statement-breakpoint
create trigger x402_settlements_guard_first before insert on x402_settlements for each row when (new.state <> 'signed') execute function guard_first_state();
--> statement-breakpoint

-- A payout joins a batch before that is signed, and leaves it only for the queue: what was signed pays the payouts of its batch.
create function guard_payout_batch() returns trigger language plpgsql as $$
begin
  if old.batch_id is not null and new.batch_id is not null and new.batch_id <> old.batch_id then
    raise exception 'payout % is in another batch', new.id using errcode = 'integrity_constraint_violation';
  end if;
  if old.batch_id is null and new.batch_id is not null and exists (select from payout_attempts where batch_id = new.batch_id) then
    raise exception 'payout % comes too late for its batch', new.id using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger payouts_guard_batch before update of batch_id on payouts for each row execute function guard_payout_batch();
--> statement-breakpoint

-- The body is part of what was agreed, and no job is forgotten.
create trigger jobs_keep_request before update of request on jobs for each row execute function refuse_rewrite('request');
--> statement-breakpoint
create trigger jobs_stay before delete or truncate on jobs for each statement execute function refuse_change();
--> statement-breakpoint

-- All of what was seen stays as it was seen.
create trigger chain_credits_keep before update of payer_signed, block_time on chain_credits for each row
  execute function refuse_rewrite('payer_signed', 'block_time');
--> statement-breakpoint
create trigger chain_debits_keep before update of block_time on chain_debits for each row execute function refuse_rewrite('block_time');
--> statement-breakpoint
create trigger chain_debits_keep_explained before update of explained_at on chain_debits for each row
  when (old.explained_at is not null) execute function refuse_rewrite('explained_at');
--> statement-breakpoint
create trigger payout_freezes_keep_finding before update on payout_freezes for each row execute function refuse_rewrite(
  'id', 'cause', 'subject', 'detail', 'frozen_at'
);
