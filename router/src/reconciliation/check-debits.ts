import type { SqlRunner } from '../db/connect.ts';
import { formatUnits } from './check-books.ts';
import type { Finding } from './freezes.ts';

interface OddDebit {
  signature: string;
  amount: bigint;
  attempt: string | null;
  total: string | null;
}

/**
 * Every debit must be a transaction that we stored before we sent it, whose attempt is under way or final, over the total of its batch. What is
 * not is a finding, from `confirmed` on: whoever took tokens without us will not wait for finality.
 */
export async function checkDebits(sql: SqlRunner, sinceSlot: bigint): Promise<Finding[]> {
  const odd = await sql<OddDebit[]>`
    select d.signature, d.amount, a.state as attempt, batch.total::text as total
    from chain_debits d left join payout_attempts a on a.signature = d.signature
      left join lateral (select sum(p.amount) as total from payouts p where p.batch_id = a.batch_id) batch on true
    where d.status <> 'orphaned' and d.explanation is null and (d.slot >= ${sinceSlot.toString()}::bigint or d.status = 'confirmed')
      and (a.state is null or a.state in ('failed', 'expired') or batch.total is distinct from d.amount)
      -- Of an amount that differs an operator may say that it is right; of a transaction that is not ours, what it was.
      and not exists (
        select 1 from payout_freezes f where f.cause = 'debit_mismatch' and f.subject = d.signature and f.released_at is not null
      )
    order by d.slot, d.signature`;
  return odd.map(({ signature, amount, attempt, total }): Finding => {
    const took = `${signature} took ${formatUnits(amount)} WATT`;
    if (attempt === 'live' || attempt === 'finalized') {
      const detail = `${took}, and its batch is ${formatUnits(BigInt(total ?? 0))} WATT`;
      return { cause: 'debit_mismatch', subject: signature, detail };
    }
    const why = attempt ? `its attempt was ${attempt}` : 'no attempt of ours has this signature';
    return { cause: 'unknown_debit', subject: signature, detail: `${took}: ${why}` };
  });
}
