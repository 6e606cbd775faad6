-- What a settlement costs is said once too; a payment is settled when what it brought is on record, not before.

drop trigger x402_settlements_keep on x402_settlements;
--> statement-breakpoint
create trigger x402_settlements_keep before update on x402_settlements for each row execute function refuse_rewrite(
  'signature', 'job_id', 'payer', 'amount', 'raw', 'fee_lamports', 'last_valid_height', 'created_at'
);
--> statement-breakpoint
create function guard_x402_settled() returns trigger language plpgsql as $$
begin
  if new.state = 'settled' and not exists (select 1 from chain_credits c where c.signature = new.signature) then
    raise exception 'settlement % has brought nothing yet', new.signature using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger x402_settlements_guard_settled before update of state on x402_settlements for each row execute function guard_x402_settled();
