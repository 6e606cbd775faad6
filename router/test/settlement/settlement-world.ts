import { randomUUID } from 'node:crypto';
import pino from 'pino';
import {
  type AccountId,
  creditPayments,
  loadSystemAccounts,
  openAccounts,
  reservePayouts,
  trialBalance,
} from '../../src/ledger/ledger.ts';
import type { PayoutRules, SettlementParts } from '../../src/settlement/settlement.ts';
import { freshDatabase } from '../harness/fresh-database.ts';
import { insertJob } from '../harness/insert-job.ts';
import { captureOne, holdOne } from '../harness/ledger-steps.ts';
import { createScriptedChain, type ScriptedChain } from './scripted-chain.ts';

export const RULES: PayoutRules = {
  threshold: 1000n,
  min: 10n,
  intervalMs: 86_400_000,
  feeMaxBps: 10_000,
  lamportsPerWatt: 1_000_000_000,
  unitPriceMax: 50_000n,
};

/** A ledger with its history on a real Postgres, and a scripted chain that holds what the ledger says. */
export interface SettlementWorld {
  parts: SettlementParts;
  chain: ScriptedChain;
  /** A finalized payment of a new wallet; `confirmed` leaves it open. */
  deposit(amount: bigint, status?: 'finalized' | 'confirmed'): Promise<string>;
  /** A node earns by a job that this wallet's balance pays. */
  earn(node: string, share: { payer?: string; node: bigint; burn?: bigint }): Promise<void>;
  node(wallet?: string | null): Promise<string>;
  withdraw(amount: bigint, wallet?: string): Promise<{ id: string; wallet: string }>;
  payouts(): Promise<
    { kind: string; wallet: string | null; amount: bigint; state: string; reason: string | null }[]
  >;
  attempts(): Promise<{ signature: string; state: string; batch: string }[]>;
  /** Throws unless ledger and chain agree and nothing is under way. */
  assertSettled(): Promise<void>;
  close(): Promise<void>;
}

export async function openWorld(random?: () => number): Promise<SettlementWorld> {
  const { database, drop } = await freshDatabase();
  const { sql } = database;
  const accounts = await loadSystemAccounts(sql);
  const chain = createScriptedChain(random);
  const parts = { sql, accounts, chain, rules: RULES, clock: Date.now, logger: pino({ level: 'silent' }) };

  const world: SettlementWorld = {
    parts,
    chain,
    async deposit(amount, status = 'finalized') {
      const [signature, payer] = [randomUUID(), `customer-${randomUUID()}`];
      await sql`
        insert into chain_credits (signature, slot, amount, payer, payer_signed, status)
        values (${signature}, 1, ${amount}, ${payer}, true, ${status})`;
      await creditPayments(sql, accounts, [{ signature, amount, payer }]);
      chain.deposited += amount;
      return payer;
    },
    async earn(node, { payer, node: nodeShare, burn: burnShare = 0n }) {
      const wallet = payer ?? (await world.deposit(nodeShare + burnShare));
      const amount = nodeShare + burnShare;
      const jobId = await insertJob(sql, { price: amount });
      if (!(await holdOne(sql, accounts, { jobId, wallet, amount }))) throw new Error('not covered');
      await captureOne(sql, accounts, { jobId, nodeId: node, nodeShare, burnShare });
    },
    async node(wallet = `wallet-${randomUUID()}`) {
      const id = `node-${randomUUID()}`;
      await sql`insert into nodes (id, name, class, wallet, version, capabilities, state)
        values (${id}, ${id}, 'pi', ${wallet}, '0', '{}', 'offline')`;
      await openAccounts(sql, 'node', [id]);
      return id;
    },
    async withdraw(amount, wallet = `wallet-${randomUUID()}`) {
      const id = randomUUID();
      const payer = await world.deposit(amount);
      const source = (await openAccounts(sql, 'customer', [payer])).get(payer) as AccountId;
      await sql.begin(async (tx) => {
        await tx`insert into payouts (id, idem, kind, source, wallet, amount, state)
          values (${id}, ${id}, 'withdrawal', ${source}, ${wallet}, ${amount}, 'queued')`;
        await reservePayouts(tx, accounts, [{ payoutId: id, source, amount }]);
      });
      return { id, wallet };
    },
    payouts: () => sql`select kind, wallet, amount, state, reason from payouts order by created_at, id`,
    attempts: () =>
      sql`select signature, state, batch_id as batch from payout_attempts order by created_at, signature`,
    async assertSettled() {
      const books = await trialBalance(sql);
      const [open] = await sql<{ count: bigint }[]>`
        select count(*) as count from payouts where state not in ('paid', 'returned')`;
      if (!books.balanced) throw new Error('the books are not balanced');
      if (open?.count !== 0n) throw new Error(`${open?.count} payouts are not over`);
      if (books.payoutInflight !== 0n) throw new Error(`${books.payoutInflight} are still in flight`);
      if (books.treasury !== chain.balance())
        throw new Error(`ledger ${books.treasury}, chain ${chain.balance()}`);
    },
    close: drop,
  };
  return world;
}
