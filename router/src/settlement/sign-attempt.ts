import { feeOf, type PayoutOrder, type SignedPayout } from '../chain/chain.ts';
import type { SqlRunner } from '../db/connect.ts';
import type { SettlementParts } from './collect.ts';
import { refuseBatch, type Split } from './end-batch.ts';
import { lockUnfrozen } from './freeze.ts';
import { expectedTerms, offeredUnitPrice } from './payout-rules.ts';
import { FROZEN, NO_TOKENS, type Wait } from './waits.ts';

/** What became of a batch that wanted its next transaction. */
export type Signing = { signed: SignedPayout } | { wait: Wait } | { split: Split | null };

// An account of the cluster must keep this much to exist; the fee comes on top.
const RENT_EXEMPT_LAMPORTS = 890_880n;
// Room for what the state changes between simulation and landing.
const UNIT_MARGIN = 1.2;

/**
 * Simulates, signs and stores the next transaction of an open batch that has none under way. The stored bytes are committed when this
 * resolves; the caller sends them. Nothing is signed while payouts are frozen.
 */
export async function signNextAttempt(parts: SettlementParts, batch: string): Promise<Signing> {
  const { sql, chain, rules } = parts;
  const { order, total } = await loadOrder(sql, batch);
  const shortage = await findShortage(parts, { batch, total, transfers: order.transfers.length });
  if (shortage) return { wait: shortage };
  const simulation = await chain.simulate(order);
  if (simulation.outcome !== 'ok') {
    const { outcome, error } = simulation;
    if (outcome === 'refused') return { split: await refuseBatch(sql, { batch, error }) };
    return { wait: { code: 'not_possible_now', detail: `The next transaction cannot run: ${error}.` } };
  }
  const unitPrice = offeredUnitPrice(await chain.recentUnitPrice(), rules);
  const unitLimit = Math.ceil(simulation.units * UNIT_MARGIN);
  const blockhash = await chain.latestBlockhash();
  const signed = await sql.begin(async (tx) => {
    if (!(await lockUnfrozen(tx))) return null;
    const transaction = chain.sign(order, { unitLimit, unitPrice, ...blockhash });
    await storeAttempt(tx, batch, { ...transaction, lastValidHeight: blockhash.lastValidHeight });
    return transaction;
  });
  return signed ? { signed } : { wait: FROZEN };
}

/** The same order at every attempt: the same payouts in the same order, under the batch's own memo. */
async function loadOrder(sql: SqlRunner, batch: string): Promise<{ order: PayoutOrder; total: bigint }> {
  const rows = await sql<{ wallet: string | null; amount: bigint }[]>`
    select wallet, amount from payouts where batch_id = ${batch} and state = 'batched' order by id`;
  if (rows.length === 0) throw new Error(`Batch ${batch} has no payouts`);
  const sum = (part: readonly { amount: bigint }[]) => part.reduce((all, row) => all + row.amount, 0n);
  const transfers = rows.flatMap(({ wallet, amount }) => (wallet === null ? [] : [{ wallet, amount }]));
  return {
    order: { transfers, burn: sum(rows) - sum(transfers), memo: `watt:p:${batch}` },
    total: sum(rows),
  };
}

/** Tokens for this batch and all that is under way, and SOL for the fee. */
async function findShortage(
  { sql, chain, rules }: SettlementParts,
  { batch, total, transfers }: { batch: string; total: bigint; transfers: number },
): Promise<Wait | null> {
  const [live] = await sql<{ total: bigint }[]>`
    select coalesce(sum(p.amount), 0)::bigint as total
    from payout_attempts a join payouts p on p.batch_id = a.batch_id where a.state = 'live' and a.batch_id <> ${batch}`;
  const balance = (await chain.finalizedBalance()) ?? 0n;
  if (total + (live?.total ?? 0n) > balance) return NO_TOKENS;
  const fee = feeOf(chain.signerCount, expectedTerms(transfers, rules.unitPriceMax));
  if ((await chain.feePayerLamports()) >= fee + RENT_EXEMPT_LAMPORTS) return null;
  return { code: 'no_sol', detail: 'The router’s wallet has not enough SOL for the fee.' };
}

async function storeAttempt(
  tx: SqlRunner,
  batch: string,
  signed: SignedPayout & { lastValidHeight: bigint },
): Promise<void> {
  await tx`
    insert into payout_attempts (signature, batch_id, raw, last_valid_height, state, fee_lamports)
    values (${signed.signature}, ${batch}, ${Buffer.from(signed.raw)}, ${signed.lastValidHeight}, 'live', ${signed.feeLamports})`;
}
