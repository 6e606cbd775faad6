-- Rules of money on its way out, and of who may spend: see docs/LEDGER.md.

create trigger payout_resolutions_append_only before update or delete or truncate on payout_resolutions for each statement execute function refuse_change();
--> statement-breakpoint
create trigger payouts_stay before delete or truncate on payouts for each statement execute function refuse_change();
--> statement-breakpoint
create trigger payout_batches_stay before delete or truncate on payout_batches for each statement execute function refuse_change();
--> statement-breakpoint
create trigger payout_attempts_stay before delete or truncate on payout_attempts for each statement execute function refuse_change();
--> statement-breakpoint
create trigger payout_freezes_stay before delete or truncate on payout_freezes for each statement execute function refuse_change();
--> statement-breakpoint
create trigger x402_settlements_stay before delete or truncate on x402_settlements for each statement execute function refuse_change();
--> statement-breakpoint

-- The transition tables of router/src/settlement/states.ts and router/src/x402/states.ts; a test compares them with the code.
create trigger payouts_guard_state before update of state on payouts for each row execute function guard_state(
  'queued>batched', 'queued>held', 'queued>returned',
  'batched>paid', 'batched>queued',
  'held>queued', 'held>returned'
);
--> statement-breakpoint
create trigger payout_batches_guard_state before update of state on payout_batches for each row execute function guard_state(
  'open>done', 'open>failed'
);
--> statement-breakpoint
create trigger payout_attempts_guard_state before update of state on payout_attempts for each row execute function guard_state(
  'live>finalized', 'live>failed', 'live>expired'
);
--> statement-breakpoint
create trigger x402_settlements_guard_state before update of state on x402_settlements for each row execute function guard_state(
  'signed>settled', 'signed>failed', 'signed>expired'
);
--> statement-breakpoint

-- What is to be paid, to whom and from what, is said once. Bytes that may have been sent are never replaced.
create function refuse_rewrite() returns trigger language plpgsql as $$
declare
  kept text;
begin
  foreach kept in array tg_argv loop
    if to_jsonb(new) -> kept is distinct from to_jsonb(old) -> kept then
      raise exception '%.% cannot be rewritten', tg_table_name, kept using errcode = 'integrity_constraint_violation';
    end if;
  end loop;
  return new;
end $$;
--> statement-breakpoint
create trigger payouts_keep before update on payouts for each row execute function refuse_rewrite(
  'id', 'idem', 'kind', 'source', 'wallet', 'amount', 'created_at'
);
--> statement-breakpoint
create trigger payout_attempts_keep before update on payout_attempts for each row execute function refuse_rewrite(
  'signature', 'batch_id', 'raw', 'last_valid_height', 'fee_lamports', 'created_at'
);
--> statement-breakpoint
create trigger x402_settlements_keep before update on x402_settlements for each row execute function refuse_rewrite(
  'signature', 'job_id', 'payer', 'amount', 'raw', 'last_valid_height', 'created_at'
);
--> statement-breakpoint
create trigger chain_debits_keep before update on chain_debits for each row execute function refuse_rewrite(
  'signature', 'slot', 'amount', 'memo', 'seen_at'
);
--> statement-breakpoint
create trigger api_keys_keep before update on api_keys for each row execute function refuse_rewrite(
  'id', 'wallet', 'secret_sha256', 'scopes', 'created_at'
);
--> statement-breakpoint

-- A payout leaves only with money that was set aside for it, and ends only together with that money.
create function guard_payout_money() returns trigger language plpgsql as $$
begin
  if new.state = 'batched' and not exists (
    select 1 from transfers t
    where t.idem = 'payout:' || new.id and t.kind = 'payout' and t.debit = new.source and t.amount = new.amount
  ) then
    raise exception 'payout % has no money set aside', new.id using errcode = 'integrity_constraint_violation';
  end if;
  if new.state in ('paid', 'returned') and new.state <> old.state and not exists (
    select 1 from payout_resolutions r join transfers t on t.payout_id = r.payout_id and t.payout_outcome = r.outcome
    where r.payout_id = new.id and r.outcome = new.state and t.amount = new.amount
  ) then
    raise exception 'payout % ends without its money', new.id using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger payouts_guard_money before update of state on payouts for each row execute function guard_payout_money();
