-- A transfer's foreign keys take a key-share lock on its accounts. `for update` would wait for every other transfer's key share,
-- and two captures for one node would wait for each other; `for no key update` is what a balance needs and no more.
create or replace function move_balances() returns trigger language plpgsql as $$
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
