import type { ChainMovement } from './chain-book.ts';
import { compare } from './compare.ts';
import type { Sql } from './sql.ts';

/** What each wallet sent is what it spent, still has, or got back; nothing else. */
export async function walletFaults(sql: Sql, book: readonly ChainMovement[]): Promise<string[]> {
  const rows = await sql<{ wallet: string; has: string; spent: string; back: string; lost: string }[]>`
    select a.owner as wallet, a.balance::text as has,
      (select coalesce(sum(j.charged), 0) from jobs j join job_resolutions r on r.job_id = j.id
        where j.payer = a.owner and r.outcome = 'captured')::text as spent,
      (select coalesce(sum(p.amount), 0) from payouts p where p.source = a.id and p.state <> 'returned')::text as back,
      (select coalesce(sum(case when t.idem like 'orphan-loss%' then t.amount else -t.amount end), 0) from chain_credits c
        join transfers t on t.idem like 'orphan-loss:' || c.signature || '%' or t.idem like 'sig-loss:' || c.signature || '%'
        where c.payer = a.owner)::text as lost
    from accounts a where a.kind = 'customer'`;
  const sent = new Map<string, bigint>();
  for (const { delta, owners } of book) {
    const [payer] = [...owners].filter(([, change]) => change < 0n);
    if (delta > 0n && payer) sent.set(payer[0], (sent.get(payer[0]) ?? 0n) + delta);
  }
  const known = new Set(rows.map(({ wallet }) => wallet));
  return [
    ...[...sent]
      .filter(([wallet]) => !known.has(wallet))
      .map(([wallet]) => `wallet ${wallet} paid and has no account`),
    ...rows.flatMap(({ wallet, has, spent, back, lost }) =>
      compare(
        `what wallet ${wallet} sent, and what it spent, has and got back`,
        (sent.get(wallet) ?? 0n) + BigInt(lost),
        BigInt(has) + BigInt(spent) + BigInt(back),
      ),
    ),
  ];
}
