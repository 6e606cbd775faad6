-- What was agreed for a job stays, and what is charged is said once. Its shares follow a charge that is less than the price, downwards.

drop trigger jobs_keep on jobs;
--> statement-breakpoint
create trigger jobs_keep before update of id, service, request_sha256, commitment, price, list_price, discount_bps on jobs
  for each row execute function refuse_rewrite(
    'id', 'service', 'request_sha256', 'commitment', 'price', 'list_price', 'discount_bps'
  );
--> statement-breakpoint
create function guard_job_charge() returns trigger language plpgsql as $$
begin
  if old.charged is not null and new.charged is distinct from old.charged then
    raise exception 'job % was charged before', new.id using errcode = 'integrity_constraint_violation';
  end if;
  if (new.node_share, new.burn_share) = (old.node_share, old.burn_share) then return new; end if;
  if old.charged is null and new.charged < new.price
    and new.node_share <= old.node_share and new.burn_share <= old.burn_share then return new; end if;
  raise exception 'the shares of job % cannot be rewritten', new.id using errcode = 'integrity_constraint_violation';
end $$;
--> statement-breakpoint
create trigger jobs_guard_charge before update of charged, node_share, burn_share on jobs
  for each row execute function guard_job_charge();
--> statement-breakpoint
-- After the statement that captures: the books say what the job says.
create function guard_job_capture() returns trigger language plpgsql as $$
begin
  if (select coalesce(sum(amount) filter (where kind = 'capture_unused'), 0) from transfers where job_id = new.id and kind like 'capture%')
    is distinct from new.price - new.charged then
    raise exception 'job % is not captured as it is charged', new.id using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;
--> statement-breakpoint
create trigger jobs_guard_capture after update of state on jobs for each row
  when (new.state = 'succeeded' and new.charged < new.price) execute function guard_job_capture();
