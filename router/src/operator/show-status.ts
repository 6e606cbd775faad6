import { trialBalance } from '../ledger/ledger.ts';
import { formatUnits, liabilities, openFreezes } from '../reconciliation/reconciliation.ts';
import { type CommandRun, type OperatorDesk, tokenAccountOf } from './operator-desk.ts';

const STALE_INTERVALS = 3;
const STALE_MARGIN_SECONDS = 30;

interface LastRow {
  age: number;
  slot: bigint;
  chain: bigint;
  recorded: bigint;
  faults: string[];
  warnings: string[];
}

/** The books by adding up everything now, what the routers' last check said, and the chain itself where the environment names it. */
export const showStatus: CommandRun = async (desk) => {
  const { sql } = desk;
  const [books, freezes, [last], payouts] = await Promise.all([
    trialBalance(sql),
    openFreezes(sql),
    sql<LastRow[]>`
      select extract(epoch from now() - at)::float8 as age, slot, chain_balance as chain, recorded_balance as recorded, faults, warnings
      from reconciliations order by id desc limit 1`,
    sql<{ state: string; count: bigint; amount: bigint }[]>`
      select state, count(*) as count, sum(amount)::bigint as amount from payouts group by state order by state`,
  ]);
  const isStale = !last || last.age > STALE_INTERVALS * desk.reconcileSeconds + STALE_MARGIN_SECONDS;
  const isShort = books.treasury < liabilities(books);
  const differs = last !== undefined && last.chain !== last.recorded;
  const state =
    freezes.length > 0
      ? 'frozen'
      : isStale
        ? 'stale'
        : isShort
          ? 'short'
          : differs || !books.balanced
            ? 'checking'
            : 'solvent';
  return {
    isDone: state === 'solvent',
    lines: [
      `state        ${state}`,
      `freezes      ${freezes.length}`,
      last
        ? `last check   ${Math.round(last.age)} s ago: chain ${formatUnits(last.chain)}, on record ${formatUnits(last.recorded)}, slot ${last.slot}`
        : 'last check   none',
      ...(last?.faults ?? []).map((fault) => `fault        ${fault}`),
      ...(last?.warnings ?? []).map((warning) => `warning      ${warning}`),
      `ledger       ${books.balanced ? 'balanced' : 'NOT BALANCED'}`,
      ...(await chainLine(desk)),
      ...payouts.map(
        ({ state: each, count, amount }) => `payouts      ${count} ${each}, ${formatUnits(amount)} WATT`,
      ),
    ],
    rows: [
      ['treasury', books.treasury],
      ['customers', books.customers],
      ['held', books.held],
      ['nodes', books.nodes],
      ['burn', books.burn],
      ['revenue', books.revenue],
      ['payout_inflight', books.payoutInflight],
      ['suspense', books.suspense],
    ].map(([account, units]) => ({ account: String(account), watt: formatUnits(BigInt(units ?? 0)) })),
  };
};

async function chainLine({ chain }: OperatorDesk): Promise<string[]> {
  if (!chain) return [];
  const holding = await chain.solana.finalizedHolding(await tokenAccountOf(chain));
  return [
    `chain now    ${formatUnits(holding?.amount ?? 0n)} WATT at slot ${holding?.slot ?? '-'}, finalized`,
  ];
}
