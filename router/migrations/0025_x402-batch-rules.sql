-- A payment over x402 is for a job or for a batch that is there; two tables cannot be referred to by one key.

create function guard_x402_purchase() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from jobs where id = new.job_id) and not exists (select 1 from scrape_batches where id = new.job_id) then
    raise exception 'settlement % is for nothing that is sold', new.signature using errcode = 'foreign_key_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger x402_settlements_guard_purchase before insert on x402_settlements for each row execute function guard_x402_purchase();
