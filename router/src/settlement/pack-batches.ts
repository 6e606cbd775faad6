import { randomUUID } from 'node:crypto';
import { feeOf } from '../chain/chain.ts';
import type { SqlRunner } from '../db/connect.ts';
import { reservePayouts, type SystemAccounts } from '../ledger/ledger.ts';
import type { SettlementParts } from './collect.ts';
import { openBatch } from './end-batch.ts';
import { isFrozen } from './freeze.ts';
import { holdUnreceivable } from './held-payouts.ts';
import { loadBurnable } from './load-payable.ts';
import { BATCH_MAX, expectedTerms, isWorthFee, offeredUnitPrice, type PayoutRules } from './payout-rules.ts';
import { FROZEN, NO_TOKENS, noteWaits, type Wait } from './waits.ts';

interface QueuedPayout {
  id: string;
  kind: 'node' | 'withdrawal' | 'refund' | 'burn';
  wallet: string | null;
  amount: bigint;
}

const QUEUE_READ = 120;

/**
 * Packs what is queued into batches of at most 12, oldest first, as far as the finalized tokens go and where the fee is worth it. A batch that
 * pays nodes burns what is to be burned. Returns the new batches; what keeps the rest is noted.
 */
export async function packBatches(parts: SettlementParts): Promise<string[]> {
  const { sql, accounts, chain } = parts;
  if (await isFrozen(sql)) {
    await noteQueueWait(parts, FROZEN);
    return [];
  }
  const queued = await holdUnreceivable(parts, await loadQueued(sql));
  if (queued.length === 0) return packBurnAlone(parts);
  const balance = await chain.finalizedBalance();
  const unitPrice = offeredUnitPrice(await chain.recentUnitPrice(), parts.rules);
  const room = { left: (balance ?? 0n) - (await promised(sql)) };
  const batches: string[] = [];
  let wait: Wait | null = null;
  for (let start = 0; start < queued.length && !wait; start += BATCH_MAX) {
    const part = queued.slice(start, start + BATCH_MAX);
    wait = whyNot(parts, part, { unitPrice, left: room.left });
    const batch = wait ? null : await sql.begin((tx) => makeBatch(tx, accounts, { part, room }));
    if (batch) batches.push(batch);
  }
  await noteQueueWait(parts, wait);
  return batches;
}

function loadQueued(sql: SqlRunner): Promise<QueuedPayout[]> {
  return sql<QueuedPayout[]>`
    select id, kind, wallet, amount from payouts where state = 'queued' order by created_at, id limit ${QUEUE_READ}`;
}

/** What open batches will take from our tokens, landed or not: until it is booked it counts twice, never not at all. */
async function promised(sql: SqlRunner): Promise<bigint> {
  const [row] = await sql<{ total: bigint }[]>`
    select coalesce(sum(p.amount), 0)::bigint as total
    from payout_batches b join payouts p on p.batch_id = b.id where b.state = 'open'`;
  return row?.total ?? 0n;
}

function whyNot(
  { chain, rules }: SettlementParts,
  part: readonly QueuedPayout[],
  { unitPrice, left }: { unitPrice: bigint; left: bigint },
): Wait | null {
  const value = part.reduce((sum, payout) => sum + payout.amount, 0n);
  if (value > left) return NO_TOKENS;
  return feeWait(value, feeOf(chain.signerCount, expectedTerms(part.length, unitPrice)), rules);
}

function feeWait(value: bigint, fee: bigint, rules: PayoutRules): Wait | null {
  if (isWorthFee(value, fee, rules)) return null;
  return {
    code: 'fee_too_high',
    detail: `The fee of ${fee} lamports is more than ${rules.feeMaxBps / 100} % of what the next transaction pays.`,
  };
}

/** The chosen payouts that are still queued, and the burn when nodes are among them and the tokens suffice. */
async function makeBatch(
  tx: SqlRunner,
  accounts: SystemAccounts,
  { part, room }: { part: readonly QueuedPayout[]; room: { left: bigint } },
): Promise<string | null> {
  const ids = part.map((payout) => payout.id);
  const rows = await tx<{ id: string; kind: string; amount: bigint }[]>`
    select id, kind, amount from payouts where id = any(${ids}::uuid[]) and state = 'queued' order by id for no key update`;
  if (rows.length === 0) return null;
  room.left -= rows.reduce((sum, row) => sum + row.amount, 0n);
  const burn = rows.some((row) => row.kind === 'node')
    ? await setAsideBurn(tx, accounts, { most: room.left })
    : null;
  if (burn) room.left -= burn.amount;
  return openBatch(tx, [...rows.map((row) => row.id), ...(burn ? [burn.id] : [])]);
}

/** Makes a queued payout of what is to be burned. Null when that is nothing, or more than `most`. */
async function setAsideBurn(
  tx: SqlRunner,
  accounts: SystemAccounts,
  { most }: { most: bigint },
): Promise<{ id: string; amount: bigint } | null> {
  // Its sum is not kept, so a lock on its row is what makes two who burn at once wait for each other.
  await tx`select 1 from accounts where id = ${accounts.burn} for no key update`;
  const amount = await loadBurnable(tx, accounts);
  if (amount <= 0n || amount > most) return null;
  const id = randomUUID();
  await tx`
    insert into payouts (id, idem, kind, source, amount, state)
    values (${id}, ${`burn:${id}`}, 'burn', ${accounts.burn}, ${amount}, 'queued')`;
  await reservePayouts(tx, accounts, [{ payoutId: id, source: accounts.burn, amount }]);
  return { id, amount };
}

/** Burns by itself what no payout to nodes has taken along for an interval. */
async function packBurnAlone(parts: SettlementParts): Promise<string[]> {
  const { sql, accounts, chain, rules, clock } = parts;
  await noteQueueWait(parts, null);
  const [last] = await sql<{ atMs: number | null }[]>`
    select extract(epoch from coalesce(
      (select max(created_at) from payouts where source = ${accounts.burn}),
      (select at from transfers where credit = ${accounts.burn} order by id limit 1)
    ))::float8 * 1000 as "atMs"`;
  if (!last?.atMs || clock() - last.atMs < rules.intervalMs) return [];
  const unitPrice = offeredUnitPrice(await chain.recentUnitPrice(), rules);
  const fee = feeOf(chain.signerCount, expectedTerms(1, unitPrice));
  const amount = await loadBurnable(sql, accounts);
  const most = ((await chain.finalizedBalance()) ?? 0n) - (await promised(sql));
  if (amount <= 0n || !isWorthFee(amount, fee, rules)) return [];
  return sql.begin(async (tx) => {
    const burn = await setAsideBurn(tx, accounts, { most });
    return burn ? [await openBatch(tx, [burn.id])] : [];
  });
}

/** The queue as a whole waits beside `payout_inflight`, where its money is. */
export function noteQueueWait({ sql, accounts }: SettlementParts, wait: Wait | null): Promise<void> {
  return noteWaits(sql, [{ account: accounts.payout_inflight, wait }]);
}
