-- Who was allowed to spend, and what was asked for, is said once: see docs/LEDGER.md.

create trigger job_authorities_append_only before update or delete or truncate on job_authorities for each statement execute function refuse_change();
--> statement-breakpoint
create trigger withdrawal_requests_append_only before update or delete or truncate on withdrawal_requests for each statement execute function refuse_change();
