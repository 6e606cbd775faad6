import { randomUUID } from 'node:crypto';
import { formatWatt } from '@watt/shared';
import { feeOf } from '../chain/chain.ts';
import type { SqlRunner } from '../db/connect.ts';
import { reservePayouts, type SystemAccounts } from '../ledger/ledger.ts';
import type { SettlementParts } from './collect.ts';
import { openBatch } from './end-batch.ts';
import { isFrozen } from './freeze.ts';
import { holdUnreceivable } from './held-payouts.ts';
import { loadBurnable } from './load-payable.ts';
import { BATCH_MAX, expectedTerms, leastAlone, leastWorth, offeredUnitPrice } from './payout-rules.ts';
import { FROZEN, NO_TOKENS, noteWaits, type Wait } from './waits.ts';

interface QueuedPayout {
  id: string;
  kind: 'node' | 'withdrawal' | 'refund' | 'burn';
  wallet: string | null;
  amount: bigint;
}

const QUEUE_READ = 120;

/**
 * Packs what is queued into batches of at most 12, as far as the finalized tokens go and where the fee is worth it: first what leaves by itself,
 * then what is too small for that and goes along, each oldest first. So nobody can hold up others by payouts that are not worth their fee. A
 * batch that pays nodes burns what is to be burned. Returns the new batches; what keeps the rest is noted.
 */
export async function packBatches(parts: SettlementParts): Promise<string[]> {
  const { sql, accounts, chain } = parts;
  if (await isFrozen(sql)) {
    await noteQueueWait(parts, FROZEN);
    return [];
  }
  const queued = await holdUnreceivable(parts, await loadQueued(parts));
  if (queued.length === 0) return packBurnAlone(parts);
  const balance = await chain.finalizedBalance();
  const unitPrice = offeredUnitPrice(await chain.recentUnitPrice(), parts.rules);
  const room = { left: (balance ?? 0n) - (await promised(sql)) };
  const batches: string[] = [];
  let rest = queued;
  let wait: Wait | null = null;
  while (rest.length > 0 && !wait) {
    const part = worthPart(parts, rest.slice(0, BATCH_MAX), unitPrice);
    wait = part.length === 0 ? feeWait(parts, rest, unitPrice) : tokenWait(part, room.left);
    const batch = wait ? null : await sql.begin((tx) => makeBatch(tx, accounts, { part, room }));
    if (batch) batches.push(batch);
    rest = rest.slice(part.length);
  }
  await noteQueueWait(parts, wait);
  return batches;
}

function loadQueued({ sql, chain, rules }: SettlementParts): Promise<QueuedPayout[]> {
  return sql<QueuedPayout[]>`
    select id, kind, wallet, amount from payouts where state = 'queued'
    order by amount < ${leastAlone(chain.signerCount, rules)}, created_at, id limit ${QUEUE_READ}`;
}

/** What open batches will take from our tokens, landed or not: until it is booked it counts twice, never not at all. */
async function promised(sql: SqlRunner): Promise<bigint> {
  const [row] = await sql<{ total: bigint }[]>`
    select coalesce(sum(p.amount), 0)::bigint as total
    from payout_batches b join payouts p on p.batch_id = b.id where b.state = 'open'`;
  return row?.total ?? 0n;
}

/** As many from the front as are worth the fee of one transaction; none when not even the first is. */
function worthPart(
  parts: SettlementParts,
  front: readonly QueuedPayout[],
  unitPrice: bigint,
): readonly QueuedPayout[] {
  for (let count = front.length; count > 0; count -= 1) {
    const part = front.slice(0, count);
    if (totalOf(part) >= leastFor(parts, count, unitPrice)) return part;
  }
  return [];
}

function tokenWait(part: readonly QueuedPayout[], left: bigint): Wait | null {
  return totalOf(part) > left ? NO_TOKENS : null;
}

function feeWait(parts: SettlementParts, rest: readonly QueuedPayout[], unitPrice: bigint): Wait {
  const { chain, rules } = parts;
  const count = Math.min(rest.length, BATCH_MAX);
  const fee = feeOf(chain.signerCount, expectedTerms(count, unitPrice));
  const alone = formatWatt(leastAlone(chain.signerCount, rules));
  return {
    code: 'fee_too_high',
    detail: `The fee of ${fee} lamports is more than ${rules.feeMaxBps / 100} % of what the next transaction pays. It leaves when others join it; from ${alone} WATT on one leaves by itself.`,
  };
}

/** What so many transfers must come to, in base units, to be worth their fee. */
function leastFor({ chain, rules }: SettlementParts, transfers: number, unitPrice: bigint): bigint {
  return leastWorth(feeOf(chain.signerCount, expectedTerms(transfers, unitPrice)), rules);
}

function totalOf(part: readonly QueuedPayout[]): bigint {
  return part.reduce((sum, payout) => sum + payout.amount, 0n);
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
  const amount = await loadBurnable(sql, accounts);
  const most = ((await chain.finalizedBalance()) ?? 0n) - (await promised(sql));
  if (amount <= 0n || amount < leastFor(parts, 1, unitPrice)) return [];
  return sql.begin(async (tx) => {
    const burn = await setAsideBurn(tx, accounts, { most });
    return burn ? [await openBatch(tx, [burn.id])] : [];
  });
}

/** The queue as a whole waits beside `payout_inflight`, where its money is. */
export function noteQueueWait({ sql, accounts }: SettlementParts, wait: Wait | null): Promise<void> {
  return noteWaits(sql, [{ account: accounts.payout_inflight, wait }]);
}
