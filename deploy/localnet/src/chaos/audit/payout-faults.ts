import type { ChainMovement } from './chain-book.ts';
import { compare } from './compare.ts';
import type { Sql } from './sql.ts';

/** What left the chain and what the payouts say, and what each node earned and got. */
export async function payoutFaults(sql: Sql, book: readonly ChainMovement[]): Promise<string[]> {
  const out = book.filter(({ delta }) => delta < 0n);
  const attempts = await sql<{ signature: string; batch: string; total: string }[]>`
    select a.signature, a.batch_id::text as batch,
      (select coalesce(sum(p.amount), 0) from payouts p where p.batch_id = a.batch_id)::text as total
    from payout_attempts a where a.state = 'finalized'`;
  const bySignature = new Map(attempts.map((attempt) => [attempt.signature, attempt]));
  const landed = new Set(out.map(({ signature }) => signature));
  const nodes = await sql<{ node: string; earned: string; paid: string; has: string }[]>`
    select a.owner as node, a.balance::text as has,
      (select coalesce(sum(j.node_share), 0) from jobs j where j.node_id = a.owner and j.state = 'succeeded')::text as earned,
      (select coalesce(sum(p.amount), 0) from payouts p where p.source = a.id and p.state <> 'returned')::text as paid
    from accounts a where a.kind = 'node'`;
  const stuck = await sql<{ id: string; state: string; reason: string | null }[]>`
    select id::text, state, reason from payouts where state in ('batched', 'held')`;
  return [
    ...out
      .filter(({ signature }) => !bySignature.has(signature))
      .map(({ signature, delta }) => `${-delta} left by ${signature}, which no payout knows`),
    ...attempts
      .filter(({ signature }) => !landed.has(signature))
      .map(({ signature, batch }) => `batch ${batch} is booked by ${signature}, which is not on the chain`),
    ...out.flatMap(({ signature, delta }) => {
      const attempt = bySignature.get(signature);
      return attempt
        ? compare(`batch ${attempt.batch} on chain and in the books`, -delta, BigInt(attempt.total))
        : [];
    }),
    ...nodes.flatMap(({ node, earned, paid, has }) =>
      compare(
        `what node ${node} earned, and what it was paid and has`,
        BigInt(earned),
        BigInt(paid) + BigInt(has),
      ),
    ),
    ...stuck.map(({ id, state, reason }) => `payout ${id} hangs as ${state}${reason ? `: ${reason}` : ''}`),
  ];
}
