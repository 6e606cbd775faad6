-- A job waits for a node only when its price is held, and what was agreed for it stays.

create function guard_job_hold() returns trigger language plpgsql as $$
begin
  if not exists (select from transfers where idem = 'hold:' || new.id and amount = new.price) then
    raise exception 'job % has no hold of its price', new.id using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;
--> statement-breakpoint
-- After the statement, which holds the price and queues the job at once.
create trigger jobs_guard_hold after update of state on jobs for each row
  when (old.state = 'awaiting_payment' and new.state = 'queued') execute function guard_job_hold();
--> statement-breakpoint
create trigger jobs_keep before update of id, service, request_sha256, commitment, price, list_price, discount_bps, node_share, burn_share on jobs
  for each row execute function refuse_rewrite(
    'id', 'service', 'request_sha256', 'commitment', 'price', 'list_price', 'discount_bps', 'node_share', 'burn_share'
  );
