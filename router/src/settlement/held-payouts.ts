import type { SqlClient, SqlRunner } from '../db/connect.ts';
import { returnPayouts, type SystemAccounts } from '../ledger/ledger.ts';
import type { SettlementParts } from './collect.ts';
import { RECIPIENT_CODES, reasonText, recipientWait, type WaitCode } from './waits.ts';

/** A payout that waits for somebody: its wallet's owner, or the operator. */
export interface HeldPayout {
  id: string;
  kind: 'node' | 'withdrawal' | 'refund' | 'burn';
  wallet: string | null;
  amount: bigint;
  reason: string;
  /** Unix milliseconds. */
  createdAt: number;
}

const HELD_READ = 500;

export function listHeldPayouts(sql: SqlRunner): Promise<HeldPayout[]> {
  return sql<HeldPayout[]>`
    select id, kind, wallet, amount, reason, extract(epoch from created_at)::float8 * 1000 as "createdAt" from payouts
    where state = 'held' order by created_at, id limit ${HELD_READ}`;
}

/** `held` → `queued`: it is tried again. False when it is not held. */
export async function putBackPayout(sql: SqlRunner, id: string): Promise<boolean> {
  const rows = await sql`
    update payouts set state = 'queued', reason = null where id = ${id} and state = 'held' returning id`;
  return rows.length > 0;
}

/** `held` or `queued` → `returned`: the money goes back to whom it was taken from. False when it is in neither state. */
export function returnPayout(sql: SqlClient, system: SystemAccounts, id: string): Promise<boolean> {
  return sql.begin(async (tx) => {
    const [row] = await tx`
      select 1 from payouts where id = ${id} and state in ('held', 'queued') for no key update`;
    if (!row) return false;
    await returnPayouts(tx, system, [id]);
    await tx`
      update payouts set state = 'returned', reason = null, finished_at = now() where id = ${id}`;
    return true;
  });
}

/** Holds those of the queued payouts whose wallets cannot receive; returns the others. */
export async function holdUnreceivable<Payout extends { id: string; wallet: string | null }>(
  { sql, chain }: SettlementParts,
  queued: readonly Payout[],
): Promise<Payout[]> {
  const wallets = queued.flatMap((payout) => payout.wallet ?? []);
  if (wallets.length === 0) return [...queued];
  const states = await chain.recipientStates(wallets);
  const good: Payout[] = [];
  for (const payout of queued) {
    const wait = payout.wallet === null ? null : recipientWait(states.get(payout.wallet));
    if (!wait) {
      good.push(payout);
      continue;
    }
    await sql`
      update payouts set state = 'held', reason = ${reasonText(wait)} where id = ${payout.id} and state = 'queued'`;
  }
  return good;
}

/**
 * Looks again at payouts that are held for their wallet's sake: one that can receive now is queued again. A node that has named another wallet
 * gets its money back, to be paid there. A transaction that was refused because of the wallet is held for the wallet's sake from here on.
 */
export async function recheckHeld({ sql, accounts, chain }: SettlementParts): Promise<void> {
  const codes: WaitCode[] = [...RECIPIENT_CODES, 'transaction_refused'];
  const held = await sql<{ id: string; wallet: string; code: WaitCode; isMoved: boolean }[]>`
    select p.id, p.wallet, split_part(p.reason, ':', 1) as code, coalesce(n.wallet <> p.wallet, false) as "isMoved"
    from payouts p join accounts a on a.id = p.source left join nodes n on a.kind = 'node' and n.id = a.owner
    where p.state = 'held' and p.wallet is not null and split_part(p.reason, ':', 1) = any(${codes})
    order by p.created_at limit ${HELD_READ}`;
  if (held.length === 0) return;
  const states = await chain.recipientStates(held.map((payout) => payout.wallet));
  for (const { id, wallet, code, isMoved } of held) {
    const wait = recipientWait(states.get(wallet));
    if (isMoved) await returnPayout(sql, accounts, id);
    else if (wait && wait.code !== code) {
      await sql`update payouts set reason = ${reasonText(wait)} where id = ${id} and state = 'held'`;
    } else if (!wait && code !== 'transaction_refused') await putBackPayout(sql, id);
  }
}
