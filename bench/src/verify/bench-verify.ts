import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSolanaPayer, type Payer, type PaymentOrder } from '@watt/client';
import { connectDatabase, type Database } from '@watt/router';
import type { BenchOptions } from '../benches.ts';
import { startMintedChain } from '../dispatch/minted-chain.ts';
import type { PaidRouterReady, PaidRouterTask } from '../dispatch/paid-router.ts';
import { median, quantile } from '../median.ts';
import { startPostgres } from '../postgres.ts';
import { describeMachine, type Metric, type Report } from '../report.ts';
import { startRole } from '../role-process.ts';
import { type CountingProxy, startCountingProxy } from './counting-proxy.ts';
import { sendPayment } from './send-payment.ts';

const PAYMENTS_A_ROUND = 100;
const ROUND_MS = 60_000;
const SLOT_MS = 400;
const SEEN_LIMIT_MS = 60_000;
const POLL_MS = 10;
const AMOUNT = 1_000_000n;
const TOKEN_2022 = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb';
const PAYERS = 10;
/** What the router asks in order to find and to check payments; the rest is said apart. */
const VERIFYING = ['getSignaturesForAddress', 'getTransaction', 'getSlot', 'getSignatureStatuses'];

interface Round {
  verifyingCalls: number;
  allCalls: number;
  /** From `confirmed` to on record, in slots. */
  delays: number[];
}

/** How many RPC calls a payment costs, and how long after its confirmation the router has it on record. */
export async function benchVerify(options: BenchOptions): Promise<Report> {
  const { rounds, signal, log } = options;
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const dir = await mkdtemp(join(tmpdir(), 'watt-bench-'));
    undo.push(() => rm(dir, { recursive: true, force: true }));
    const chain = await startMintedChain();
    undo.push(chain.stop);
    const postgres = await startPostgres(dir);
    undo.push(postgres.stop);
    const proxy = await startCountingProxy(chain.forRouter.rpcUrl);
    undo.push(proxy.close);
    const task = { ...chain.forRouter, rpcUrl: proxy.url, databaseUrl: postgres.url };
    const router = await startRole<PaidRouterTask, PaidRouterReady>('router', task);
    undo.push(router.stop);
    const database = connectDatabase(postgres.url, { connections: 4 });
    undo.push(() => database.close());
    const { mint, computeWallet, rpcUrl } = chain.forRouter;
    const payers = await Promise.all(
      Array.from({ length: PAYERS }, async () =>
        createSolanaPayer({ wallet: await chain.payer(10_000), rpcUrl }),
      ),
    );
    const order = {
      ...{ amountBase: AMOUNT, payTo: computeWallet, tokenAccount: chain.tokenAccount, mint, decimals: 6 },
      ...{ tokenProgram: TOKEN_2022, network: await chain.connection.getGenesisHash() },
    };
    const results: Round[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const result = await payForAMinute({ order, payers, proxy, sql: database.sql, signal });
      results.push(result);
      log(
        `round ${round}/${rounds}: ${(result.verifyingCalls / PAYMENTS_A_ROUND).toFixed(2)} calls a payment, ` +
          `on record ${median(result.delays).toFixed(2)} slots after confirmation`,
      );
    }
    return report(results, rounds);
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

async function payForAMinute(parts: {
  order: Omit<PaymentOrder, 'memo'>;
  payers: readonly Payer[];
  proxy: CountingProxy;
  sql: Database['sql'];
  signal: AbortSignal;
}): Promise<Round> {
  const { order, payers, proxy, sql } = parts;
  // All payments of a round wait under it at the same time: their number is meant, and no leak to be warned of.
  const signal = AbortSignal.any([parts.signal]);
  setMaxListeners(PAYMENTS_A_ROUND, signal);
  proxy.reset();
  const begun = performance.now();
  const payments = Array.from({ length: PAYMENTS_A_ROUND }, async (_, index) => {
    await sleep((index * ROUND_MS) / PAYMENTS_A_ROUND, undefined, { signal });
    const payer = payers[index % payers.length];
    if (!payer) throw new Error('There is no payer');
    const signature = await sendPayment(payer, { ...order, memo: randomUUID() }, signal);
    const confirmedAt = performance.now();
    await untilOnRecord(sql, signature);
    return Math.max(0, performance.now() - confirmedAt) / SLOT_MS;
  });
  const delays = await Promise.all(payments);
  // The whole minute counts, also what is asked while nobody pays.
  await sleep(Math.max(0, begun + ROUND_MS - performance.now()), undefined, { signal });
  const count = (methods: Iterable<string>): number =>
    [...methods].reduce((total, method) => total + (proxy.calls.get(method) ?? 0), 0);
  return { delays, verifyingCalls: count(VERIFYING), allCalls: count(proxy.calls.keys()) };
}

async function untilOnRecord(sql: Database['sql'], signature: string): Promise<void> {
  const until = performance.now() + SEEN_LIMIT_MS;
  while (performance.now() < until) {
    const rows = await sql`select 1 from chain_credits where signature = ${signature}`;
    if (rows.length > 0) return;
    await sleep(POLL_MS);
  }
  throw new Error(`The router did not see ${signature} within ${SEEN_LIMIT_MS / 1000} s`);
}

function report(results: readonly Round[], rounds: number): Report {
  const figure = (name: string, unit: string, values: number[], target: string | null = null): Metric => ({
    ...{ name, value: median(values), unit, peer: null, target, rounds: values },
  });
  return {
    bench: 'verify',
    machine: describeMachine(),
    notes: [
      `${PAYMENTS_A_ROUND} payments a minute, evenly spread, ${rounds} rounds of a minute; every round counts. Slots of ${SLOT_MS} ms.`,
      `RPC calls are counted between router and chain: those that verify are ${VERIFYING.join(', ')}; websocket notices are not calls.`,
      'The delay runs from when the chain first says “confirmed” to the payer until the payment is on record in the router’s database.',
    ],
    metrics: [
      figure(
        'RPC calls that verify, a payment',
        'calls',
        results.map(({ verifyingCalls }) => verifyingCalls / PAYMENTS_A_ROUND),
        '<= 1.2',
      ),
      figure(
        'all RPC calls of the router, a payment',
        'calls',
        results.map(({ allCalls }) => allCalls / PAYMENTS_A_ROUND),
      ),
      figure(
        'on record after confirmation, p50',
        'slots',
        results.map(({ delays }) => median(delays)),
      ),
      figure(
        'on record after confirmation, p99',
        'slots',
        results.map(({ delays }) => quantile(delays, 0.99)),
        '<= 2',
      ),
    ],
  };
}
