import type { AddressInfo } from 'node:net';
import { AppError } from '@watt/shared';
import type { FastifyInstance } from 'fastify';
import pino, { type Logger } from 'pino';
import { assemble, RPC_TIMEOUT_MS } from './assemble.ts';
import {
  canonicalTokenAccount,
  createSolana,
  MintError,
  mintFaults,
  type PayoutChain,
  type Solana,
} from './chain/chain.ts';
import { type Config, ConfigError } from './config/config.ts';
import type { Secrets } from './config/secrets.ts';
import type { Context } from './context.ts';
import { connectDatabase } from './db/connect.ts';
import { migrateDatabase } from './db/migrate.ts';
import { startHousekeeping } from './housekeeping.ts';
import { buildServer } from './http/server.ts';
import { loadSystemAccounts } from './ledger/ledger.ts';
import type { PayTo } from './payments/payments.ts';
import { announceRouter, type Presence } from './presence/presence.ts';

export interface Router {
  readonly context: Context;
  /** Where it listens, e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  stop(): Promise<void>;
}

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
  let presence: Presence | undefined;
  try {
    const payTo = await locatePayments(config, solana);
    const accounts = await loadSystemAccounts(database.sql);
    presence = await announceRouter({
      sql: database.sql,
      databaseUrl: secrets.databaseUrl,
      logger: logger.child({ part: 'presence' }),
    });
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
      presence,
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
      { url: listening.url, router: secrets.routerKey.publicKey, process: presence.router, mint: payTo.mint },
      'router is up',
    );
    const [server, announced] = [app, presence];
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
        await announced.close();
        await database.close();
      },
    };
  } catch (error) {
    await app?.close();
    await presence?.close();
    await database.close();
    throw error;
  }
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
