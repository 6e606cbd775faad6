import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { createAuthenticator } from './access/access.ts';
import { createCapturedVolume, createPricer } from './balance/balance.ts';
import { BatchCalls, createBatches } from './batches/batches.ts';
import { createPayoutChain, type PayoutChain, type Solana } from './chain/chain.ts';
import type { Config } from './config/config.ts';
import type { Secrets } from './config/secrets.ts';
import type { Context } from './context.ts';
import { type Copies, createCopies } from './copies/copies.ts';
import type { Database } from './db/connect.ts';
import { createDispatchStore, Dispatcher } from './dispatch/dispatch.ts';
import { forwardedAddress } from './hub/forwarded-address.ts';
import { CONNECT_PATH, createHub, type Hub } from './hub/hub.ts';
import { createRequestReader, Intake, type IntakeOptions } from './intake/intake.ts';
import {
  createJobReader,
  createOutputStreams,
  createWaiters,
  type OutputStreams,
  type QueuedJob,
  type Waiters,
} from './jobs/jobs.ts';
import type { SystemAccounts } from './ledger/ledger.ts';
import { createPayments, type Payments, type PayTo } from './payments/payments.ts';
import type { Presence } from './presence/presence.ts';
import { createReconciler, type Reconciler } from './reconciliation/reconciliation.ts';
import { createRateLimits } from './screening/screening.ts';
import { type CallBook, createCallBook, Sessions } from './sessions/sessions.ts';
import { createSettlement, type Settlement } from './settlement/settlement.ts';
import { createX402, type X402, type X402Options } from './x402/x402.ts';

/** How long a call to the chain may take. */
export const RPC_TIMEOUT_MS = 10_000;

/** What is there before a router is put together. */
export interface Parts {
  config: Config;
  secrets: Secrets;
  logger: Logger;
  database: Database;
  solana: Solana;
  payTo: PayTo;
  accounts: SystemAccounts;
  presence: Presence;
  overrides: { clock?: () => number; random?: () => number; payoutChain?: PayoutChain };
  closing: AbortSignal;
  /** The public address, known only once it listens when the port is left to the system. */
  listening: { url: string };
}

/** Puts the rooms of a router together; nothing runs yet. */
export function assemble(parts: Parts): Context {
  const { config, secrets, logger, database, payTo, accounts, listening } = parts;
  const { sql } = database;
  const clock = parts.overrides.clock ?? Date.now;
  const waiters = createWaiters();
  const outputs = createOutputStreams();
  const calls = createCallBook({ send: (jobId, call) => dispatcher.sendCall(jobId, call) });
  const copies = createCopies({ sql, accounts, hitBps: config.cacheHitBps });
  const dispatcher = assembleDispatcher(parts, { waiters, outputs, calls, copies, clock });
  const onFunded = (funded: QueuedJob[]): void => {
    dispatcher.enqueue(funded);
    for (const job of funded) waiters.notify(job.id);
  };
  const payments = assemblePayments(parts, {
    clock,
    onFunded,
    onMemos: (memos) => batches.fundByMemos(memos),
    onDebits: () => reconciler.nudge(),
  });
  const reconciler = assembleReconciler(parts, payments);
  const reader = createRequestReader(config.prices, config.screening);
  const jobs = createJobReader(sql);
  const pricer = createPricer(config.bulkDiscounts, createCapturedVolume(sql, clock));
  const rateLimits = createRateLimits(config.rateLimits);
  const entrance = assembleEntrance(parts, { jobs, reader, pricer, payments, rateLimits, waiters, clock });
  const intake = new Intake(entrance);
  const batches = createBatches({
    sql,
    accounts,
    shares: config.shares,
    isSignedOnly: payments.isSignedOnly,
    jobs,
    payTo,
    waiters,
    clock,
    onFunded,
  });
  return {
    config,
    secrets,
    closing: parts.closing,
    clock,
    randomBytes,
    logger,
    database,
    accounts,
    presence: parts.presence,
    authenticate: createAuthenticator({ ...config.access, sql, clock, origin: () => listening.url }),
    pricer,
    jobs,
    payments,
    reconciler,
    settlement: assembleSettlement(parts, clock),
    x402: offerX402(parts, {
      fund: async (id) => (await payments.fund(id)) ?? batches.fund(id),
      onEnded: (id) => waiters.notify(id),
      countCheck: (agent) => rateLimits.countOther('x402 payments', agent),
    }),
    reader,
    intake,
    batches,
    batchCalls: new BatchCalls({ ...entrance, batches }),
    sessions: new Sessions({ ...entrance, sql, intake, calls, leases: dispatcher }),
    outputs,
    copies,
    dispatcher,
    hub: assembleHub(parts, dispatcher, clock),
    rateLimits,
  };
}

function assemblePayments(
  { config, database, accounts, solana, payTo, logger }: Parts,
  heard: Pick<Parameters<typeof createPayments>[0], 'clock' | 'onFunded' | 'onMemos' | 'onDebits'>,
): Payments {
  return createPayments({
    ...heard,
    sql: database.sql,
    accounts,
    solana,
    payTo,
    pollMs: config.chain.pollMs,
    dust: config.payment.dust,
    isSignedOnly: config.payment.plainMemo === 'signed-only',
    logger: logger.child({ part: 'payments' }),
  });
}

function assembleDispatcher(
  { config, database, accounts, presence, overrides, logger }: Parts,
  shared: { waiters: Waiters; outputs: OutputStreams; calls: CallBook; copies: Copies; clock: () => number },
): Dispatcher {
  const store = createDispatchStore({ sql: database.sql, router: presence.router, accounts, ...shared });
  return new Dispatcher({
    ...config.dispatch,
    queueMs: config.dispatch.queueSeconds * 1000,
    ...shared,
    store,
    shares: config.shares,
    random: overrides.random ?? Math.random,
    logger: logger.child({ part: 'dispatch' }),
  });
}

function assembleHub(
  { config, secrets, logger, listening }: Parts,
  dispatcher: Dispatcher,
  clock: () => number,
): Hub {
  return createHub({
    routerKey: secrets.routerKey,
    address: () => `${listening.url.replace(/^http/, 'ws')}${CONNECT_PATH}`,
    handlers: dispatcher,
    heartbeatMs: config.dispatch.heartbeatMs,
    scrapeDomains: {
      blocked: config.screening.blockedDomains.map(({ text }) => text),
      allowed: config.screening.allowedDomains.map(({ text }) => text),
    },
    scrapeProxies: config.screening.proxies,
    ...(config.http.trustProxy && { remoteAddressOf: forwardedAddress }),
    clock,
    logger: logger.child({ part: 'hub' }),
  });
}

/** What single jobs and batches come in by; they count against the same limits. */
function assembleEntrance(
  { config, secrets }: Parts,
  shared: Pick<IntakeOptions, 'jobs' | 'reader' | 'pricer' | 'payments' | 'rateLimits' | 'waiters' | 'clock'>,
): IntakeOptions {
  return {
    ...shared,
    shares: config.shares,
    jobIdSecret: secrets.routerKey.secret,
    limits: {
      expiryMs: config.payment.expirySeconds * 1000,
      graceMs: config.payment.graceMs,
      waitMs: config.http.waitSeconds * 1000,
    },
  };
}

function offerX402(parts: Parts, shared: Pick<X402Options, 'fund' | 'onEnded' | 'countCheck'>): X402 | null {
  const { config, secrets, database, payTo, listening } = parts;
  const logger = parts.logger.child({ part: 'x402' });
  if (!secrets.feePayerKey) {
    logger.info('x402 is not offered: X402_FEE_PAYER_PRIVATE_KEY and COMPUTE_WALLET_PRIVATE_KEY are missing');
    return null;
  }
  const { sql } = database;
  const publicUrl = () => listening.url;
  return createX402({ ...shared, sql, payTo, config, key: secrets.feePayerKey, publicUrl, logger });
}

/** Without the compute wallet's key nothing is paid out; what nodes are owed is shown all the same. */
function assembleSettlement(parts: Parts, clock: () => number): Settlement {
  const { config, secrets, database, payTo, accounts, overrides, logger } = parts;
  const ours = secrets.computeWalletKey && {
    ...config.chain,
    tokenProgram: payTo.tokenProgram,
    treasurySecret: secrets.computeWalletKey.secret,
    feePayerSecret: secrets.payoutFeePayerKey?.secret,
    callTimeoutMs: RPC_TIMEOUT_MS,
  };
  return createSettlement({
    sql: database.sql,
    databaseUrl: secrets.databaseUrl,
    accounts,
    chain: overrides.payoutChain ?? (ours ? createPayoutChain(ours) : null),
    rules: config.payouts,
    clock,
    logger: logger.child({ part: 'settlement' }),
  });
}

function assembleReconciler(
  { config, secrets, database, solana, payTo, overrides, logger }: Parts,
  payments: Payments,
): Reconciler {
  return createReconciler({
    sql: database.sql,
    chain: {
      // A token account that is not there yet holds nothing.
      holding: async () =>
        (await solana.finalizedHolding(payTo.tokenAccount)) ?? {
          amount: 0n,
          slot: await solana.slot('finalized'),
        },
      readThrough: payments.readThrough,
    },
    feePayerLamports: async () => (secrets.computeWalletKey ? solana.lamports(payTo.computeWallet) : null),
    everySeconds: config.reconcileSeconds,
    clock: overrides.clock ?? Date.now,
    logger: logger.child({ part: 'reconciliation' }),
  });
}
