-- A batch is paid at once and as a whole: it counts as funded only when each of its jobs has its hold, and what they come to is its price.

create trigger scrape_batches_guard_state before update of state on scrape_batches for each row execute function guard_state(
  'awaiting_payment>funded', 'awaiting_payment>expired'
);
--> statement-breakpoint
create trigger scrape_batches_keep before update on scrape_batches for each row execute function refuse_rewrite(
  'id', 'requests', 'request_sha256', 'commitment', 'job_ids', 'prices', 'list_prices', 'discount_bps', 'price', 'created_at', 'expires_at'
);
--> statement-breakpoint
create trigger scrape_batches_stay before delete or truncate on scrape_batches for each statement execute function refuse_change();
--> statement-breakpoint
create function guard_scrape_batch_holds() returns trigger language plpgsql as $$
declare held record;
begin
  if new.state = 'funded' and old.state <> 'funded' then
    select count(*) as jobs, sum(amount) as amount into held from transfers where kind = 'hold' and job_id = any (new.job_ids);
    if held.jobs <> cardinality(new.job_ids) or held.amount is distinct from new.price then
      raise exception 'batch % has % of % jobs held', new.id, held.jobs, cardinality(new.job_ids) using errcode = 'integrity_constraint_violation';
    end if;
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger scrape_batches_guard_holds before update of state on scrape_batches for each row execute function guard_scrape_batch_holds();
