import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { AppError } from '@watt/shared';
import type { FastifyInstance } from 'fastify';
import pino, { type Logger } from 'pino';
import { createAuthenticator } from './access/access.ts';
import { createCapturedVolume, createPricer } from './balance/balance.ts';
import {
  canonicalTokenAccount,
  createPayoutChain,
  createSolana,
  MintError,
  mintFaults,
  type PayoutChain,
  type Solana,
} from './chain/chain.ts';
import { type Config, ConfigError } from './config/config.ts';
import type { Secrets } from './config/secrets.ts';
import type { Context } from './context.ts';
import { connectDatabase, type Database } from './db/connect.ts';
import { migrateDatabase } from './db/migrate.ts';
import { createDispatchStore, Dispatcher } from './dispatch/dispatch.ts';
import { startHousekeeping } from './housekeeping.ts';
import { buildServer } from './http/server.ts';
import { forwardedAddress } from './hub/forwarded-address.ts';
import { CONNECT_PATH, createHub } from './hub/hub.ts';
import { createRequestReader, Intake, type IntakeOptions } from './intake/intake.ts';
import { createJobReader, createOutputStreams, createWaiters } from './jobs/jobs.ts';
import { loadSystemAccounts, type SystemAccounts } from './ledger/ledger.ts';
import { markAllOffline } from './nodes/nodes.ts';
import { createPayments, type Payments, type PayTo } from './payments/payments.ts';
import { createReconciler, type Reconciler } from './reconciliation/reconciliation.ts';
import { createRateLimits } from './screening/screening.ts';
import { createSettlement, type Settlement } from './settlement/settlement.ts';
import { createX402, type X402 } from './x402/x402.ts';

export interface Router {
  readonly context: Context;
  /** Where it listens, e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  stop(): Promise<void>;
}

const RPC_TIMEOUT_MS = 10_000;
const HUB_GRACE_MS = 2000;

/** Builds a router from its configuration, brings the database up to date, takes up unfinished work and listens. */
export async function startRouter(
  config: Config,
  secrets: Secrets,
  overrides: {
    logger?: Logger;
    clock?: () => number;
    random?: () => number;
    solana?: Solana;
    payoutChain?: PayoutChain;
  } = {},
): Promise<Router> {
  const logger = overrides.logger ?? pino({ level: config.logLevel });
  await migrateDatabase(secrets.databaseUrl);
  const database = connectDatabase(secrets.databaseUrl, { connections: config.databaseConnections });
  const solana = overrides.solana ?? createSolana({ ...config.chain, callTimeoutMs: RPC_TIMEOUT_MS });
  let app: FastifyInstance | undefined;
  try {
    const payTo = await locatePayments(config, solana);
    const accounts = await loadSystemAccounts(database.sql);
    await markAllOffline(database.sql);
    const listening = { url: config.publicUrl };
    const closing = new AbortController();
    const context = assemble({
      closing: closing.signal,
      config,
      secrets,
      logger,
      database,
      solana,
      payTo,
      accounts,
      overrides,
      listening,
    });
    app = await buildServer(context);
    await context.dispatcher.start();
    await app.listen({ host: config.host, port: config.port });
    if (config.port === 0)
      listening.url = `http://${config.host}:${(app.server.address() as AddressInfo).port}`;
    context.payments.start();
    context.reconciler.start();
    await context.x402?.start();
    context.settlement.start();
    const housekeeping = startHousekeeping(context);
    logger.info(
      { url: listening.url, router: secrets.routerKey.publicKey, mint: payTo.mint },
      'router is up',
    );
    const server = app;
    return {
      context,
      url: listening.url,
      async stop() {
        closing.abort();
        await context.hub.close(HUB_GRACE_MS);
        await server.close();
        await housekeeping.stop();
        await context.settlement.stop();
        await context.x402?.stop();
        await context.reconciler.stop();
        await context.payments.stop();
        await context.dispatcher.stop();
        await database.close();
      },
    };
  } catch (error) {
    await app?.close();
    await database.close();
    throw error;
  }
}

interface Parts {
  config: Config;
  secrets: Secrets;
  logger: Logger;
  database: Database;
  solana: Solana;
  payTo: PayTo;
  accounts: SystemAccounts;
  overrides: { clock?: () => number; random?: () => number; payoutChain?: PayoutChain };
  closing: AbortSignal;
  /** The public address, known only once it listens when the port is left to the system. */
  listening: { url: string };
}

function assemble(parts: Parts): Context {
  const { config, secrets, logger, database, solana, payTo, accounts, listening } = parts;
  const { sql } = database;
  const clock = parts.overrides.clock ?? Date.now;
  const waiters = createWaiters();
  const outputs = createOutputStreams();
  const store = createDispatchStore({ sql, accounts, waiters, outputs });
  const dispatcher = new Dispatcher({
    ...config.dispatch,
    queueMs: config.dispatch.queueSeconds * 1000,
    store,
    outputs,
    clock,
    random: parts.overrides.random ?? Math.random,
    logger: logger.child({ part: 'dispatch' }),
  });
  const payments = createPayments({
    sql,
    accounts,
    solana,
    payTo,
    pollMs: config.chain.pollMs,
    dust: config.payment.dust,
    isSignedOnly: config.payment.plainMemo === 'signed-only',
    clock,
    logger: logger.child({ part: 'payments' }),
    onFunded(funded) {
      dispatcher.enqueue(funded);
      for (const job of funded) waiters.notify(job.id);
    },
    onDebits: () => reconciler.nudge(),
  });
  const reconciler = assembleReconciler(parts, payments);
  const reader = createRequestReader(config.prices, config.screening);
  const hub = createHub({
    routerKey: secrets.routerKey,
    address: () => `${listening.url.replace(/^http/, 'ws')}${CONNECT_PATH}`,
    handlers: dispatcher,
    heartbeatMs: config.dispatch.heartbeatMs,
    scrapeDomains: {
      blocked: config.screening.blockedDomains.map(({ text }) => text),
      allowed: config.screening.allowedDomains.map(({ text }) => text),
    },
    ...(config.http.trustProxy && { remoteAddressOf: forwardedAddress }),
    clock,
    logger: logger.child({ part: 'hub' }),
  });
  const jobs = createJobReader(sql);
  const pricer = createPricer(config.bulkDiscounts, createCapturedVolume(sql, clock));
  const intake = assembleIntake(parts, { jobs, reader, pricer, payments, waiters, clock });
  const { closing } = parts;
  return {
    config,
    secrets,
    closing,
    clock,
    randomBytes,
    logger,
    database,
    accounts,
    authenticate: createAuthenticator({ ...config.access, sql, clock, origin: () => listening.url }),
    pricer,
    jobs,
    payments,
    reconciler,
    settlement: assembleSettlement(parts, clock),
    x402: offerX402(parts, payments, (jobId) => waiters.notify(jobId)),
    reader,
    intake,
    outputs,
    dispatcher,
    hub,
  };
}

function assembleIntake(
  { config, secrets }: Parts,
  shared: Pick<IntakeOptions, 'jobs' | 'reader' | 'pricer' | 'payments' | 'waiters' | 'clock'>,
): Intake {
  return new Intake({
    ...shared,
    rateLimits: createRateLimits(config.rateLimits),
    shares: config.shares,
    jobIdSecret: secrets.routerKey.secret,
    limits: {
      expiryMs: config.payment.expirySeconds * 1000,
      graceMs: config.payment.graceMs,
      waitMs: config.http.waitSeconds * 1000,
    },
  });
}

function offerX402(parts: Parts, payments: Payments, onEnded: (jobId: string) => void): X402 | null {
  const { config, secrets, database, listening } = parts;
  const logger = parts.logger.child({ part: 'x402' });
  if (!secrets.feePayerKey) {
    logger.info('x402 is not offered: X402_FEE_PAYER_PRIVATE_KEY and COMPUTE_WALLET_PRIVATE_KEY are missing');
    return null;
  }
  const { sql } = database;
  const publicUrl = () => listening.url;
  return createX402({ sql, payments, config, key: secrets.feePayerKey, publicUrl, onEnded, logger });
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

/** Asks the chain which token this is; a mint whose rules could lose money is refused at start. */
async function locatePayments(config: Config, solana: Solana): Promise<PayTo> {
  const { mint, computeWallet } = config.chain;
  const [facts, network] = await Promise.all([solana.readMint(), solana.genesisHash()]).catch(
    (cause: unknown) => {
      if (cause instanceof MintError) throw new ConfigError([cause.message]);
      throw new AppError('UNAVAILABLE', {
        detail: `SOLANA_RPC_URL at ${new URL(config.chain.rpcUrl).origin} does not answer`,
        cause,
      });
    },
  );
  const faults = mintFaults(facts, config.chain);
  if (faults.length > 0) throw new ConfigError(faults.map((fault) => `WATT_MINT cannot be used: ${fault}`));
  const { tokenProgram } = facts;
  const tokenAccount = canonicalTokenAccount({ wallet: computeWallet, mint, tokenProgram });
  return { computeWallet, tokenAccount, mint, tokenProgram, network };
}
