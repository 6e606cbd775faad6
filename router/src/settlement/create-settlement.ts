import type { Logger } from 'pino';
import type { PayoutChain } from '../chain/chain.ts';
import type { SqlClient } from '../db/connect.ts';
import { openAccounts, type SystemAccounts } from '../ledger/ledger.ts';
import { collectOnDemand } from './collect.ts';
import { loadNodePayout, type NodePayout } from './load-node-payout.ts';
import { leastAlone, type PayoutRules } from './payout-rules.ts';
import { createPayoutWorker } from './payout-worker.ts';
import { openWorkerLease } from './worker-lease.ts';

export interface SettlementOptions {
  sql: SqlClient;
  /** For the worker's connection of its own. */
  databaseUrl: string;
  accounts: SystemAccounts;
  /** Null without the compute wallet's key: then nothing leaves. */
  chain: PayoutChain | null;
  rules: PayoutRules & { collectMs: number; resendMs: number };
  clock: () => number;
  logger: Logger;
}

/** Money on its way out, as the rest of the router sees it. */
export interface Settlement {
  /** Null for a node that the registry does not know. */
  nodePayout(nodeId: string): Promise<NodePayout | null>;
  /** Sets aside at once what the node may be paid, if it is worth a payout. The worker sends it. */
  payNode(nodeId: string): Promise<void>;
  /** From how much on a payout leaves by itself, in base units; null where nothing is paid out. */
  readonly leastAlone: bigint | null;
  start(): void;
  stop(): Promise<void>;
}

export function createSettlement(options: SettlementOptions): Settlement {
  const { sql, accounts, chain, rules, clock, logger } = options;
  const parts = chain && { sql, accounts, chain, rules, clock, logger };
  const worker =
    parts &&
    createPayoutWorker({
      ...parts,
      lease: openWorkerLease(options.databaseUrl),
      resendMs: rules.resendMs,
      collectMs: rules.collectMs,
    });

  return {
    leastAlone: chain && leastAlone(chain.signerCount, rules),
    nodePayout: (nodeId) =>
      loadNodePayout(sql, accounts, { nodeId, rules, canPay: chain !== null, now: clock() }),
    async payNode(nodeId) {
      const account = (await openAccounts(sql, 'node', [nodeId])).get(nodeId);
      if (parts && account !== undefined) await collectOnDemand(parts, account);
    },
    start() {
      if (worker) worker.start();
      else logger.warn('COMPUTE_WALLET_PRIVATE_KEY is missing: nothing is paid out by this router');
    },
    async stop() {
      await worker?.stop();
    },
  };
}
