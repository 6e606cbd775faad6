import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { PayoutChain } from '../chain/chain.ts';
import type { SqlClient, SqlRunner } from '../db/connect.ts';
import { listParameter } from '../db/list-parameter.ts';
import { type AccountId, reservePayouts, type SystemAccounts } from '../ledger/ledger.ts';
import { loadPayable, type PayableNode } from './load-payable.ts';
import type { PayoutRules } from './payout-rules.ts';
import { noteWaits, recipientWait } from './waits.ts';

/** What the steps of paying out share. */
export interface SettlementParts {
  sql: SqlClient;
  accounts: SystemAccounts;
  chain: PayoutChain;
  rules: PayoutRules;
  clock: () => number;
  logger: Logger;
}

/** Whether it is time to pay a node that has a wallet and nothing under way. */
export function isDue(
  node: Pick<PayableNode, 'payable' | 'sinceMs'>,
  rules: PayoutRules,
  now: number,
): boolean {
  if (node.payable >= rules.threshold) return true;
  return node.payable >= rules.min && now - node.sinceMs >= rules.intervalMs;
}

/** Sets aside what is due to nodes, as payouts in the queue. A wallet that cannot receive is noted, and nothing is taken for it. */
export async function collectDue(parts: SettlementParts): Promise<void> {
  const { sql, rules, clock } = parts;
  const payable = await loadPayable(sql, { min: rules.min, accounts: null });
  await collectNodes(
    parts,
    payable.filter((node) => isDue(node, rules, clock())),
  );
}

/** The same for one node on demand, which waits for no threshold. Returns whether something was set aside. */
export async function collectOnDemand(parts: SettlementParts, account: AccountId): Promise<boolean> {
  const nodes = await loadPayable(parts.sql, { min: parts.rules.min, accounts: [account] });
  return (await collectNodes(parts, nodes)) > 0;
}

async function collectNodes(
  { sql, accounts, chain, rules }: SettlementParts,
  due: readonly PayableNode[],
): Promise<number> {
  const open = due.filter((node) => !node.hasOpen);
  const wallets = open.flatMap((node) => node.wallet ?? []);
  if (wallets.length === 0) return 0;
  const states = await chain.recipientStates(wallets);
  const checked = open.flatMap((node) =>
    node.wallet ? [{ account: node.account, wait: recipientWait(states.get(node.wallet)) }] : [],
  );
  await noteWaits(sql, checked);
  const ready = checked.flatMap(({ account, wait }) => (wait ? [] : [account]));
  return sql.begin((tx) => setAside(tx, accounts, { ready, min: rules.min }));
}

/** Reads again what is owed under a lock on the accounts, so that of two who collect at once one takes it. */
async function setAside(
  tx: SqlRunner,
  system: SystemAccounts,
  { ready, min }: { ready: readonly AccountId[]; min: bigint },
): Promise<number> {
  if (ready.length === 0) return 0;
  await tx`select 1 from accounts where id = any(${listParameter(ready)}::bigint[]) order by id for no key update`;
  const owed = (await loadPayable(tx, { min, accounts: ready })).filter((node) => !node.hasOpen);
  const rows = owed.map((node) => ({ ...node, id: randomUUID() }));
  if (rows.length === 0) return 0;
  await tx`
    insert into payouts (id, idem, kind, source, wallet, amount, state)
    select id, idem, 'node', source, wallet, amount, 'queued' from unnest(
      ${rows.map((row) => row.id)}::uuid[], ${rows.map((row) => `node:${row.nodeId}:${row.payouts + 1n}`)}::text[],
      ${listParameter(rows.map((row) => row.account))}::bigint[], ${rows.map((row) => row.wallet)}::text[],
      ${listParameter(rows.map((row) => row.payable))}::bigint[]
    ) as due (id, idem, source, wallet, amount)`;
  await reservePayouts(
    tx,
    system,
    rows.map((row) => ({ payoutId: row.id, source: row.account, amount: row.payable })),
  );
  return rows.length;
}
