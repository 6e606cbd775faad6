import { Connection, Keypair, type PublicKey } from '@solana/web3.js';
import { type Router, startRouter, toConfig } from '@watt/router';
import { createSigningKey, signingKeyFromSecret } from '@watt/shared';
import pino from 'pino';
import { freshDatabase } from '../../../../router/test/harness/fresh-database.ts';
import { airdrop } from '../../src/chain/airdrop.ts';
import { createWattMint } from '../../src/chain/create-mint.ts';
import { fund } from '../../src/chain/fund.ts';
import { type Chain, startChain } from '../../src/chain/start-chain.ts';

const SOL = 1_000_000_000n;
const SLOT_MS = 100;

/** A dev chain with a mint, a database, and a router that can be stopped and started again on both. */
export interface Market {
  chain: Chain;
  connection: Connection;
  mint: PublicKey;
  /** Of the mint: may mint and freeze. */
  authority: Keypair;
  computeWallet: Keypair;
  /** Pays the fees of x402 payments; has SOL and no WATT. */
  feePayer: Keypair;
  router: Router;
  sql: Router['context']['database']['sql'];
  databaseUrl: string;
  /** A wallet with WATT (whole) and SOL, 1 of it unless said otherwise. */
  agent(watt: number, options?: { lamports: bigint }): Promise<Keypair>;
  restart(): Promise<void>;
  /** Another router on the same chain and database; whoever starts it stops it. */
  startAnother(): Promise<Router>;
  close(): Promise<void>;
}

/** A market on which no router runs yet. */
export type MarketPlace = Omit<Market, 'router' | 'startAnother' | 'restart' | 'close'>;

export async function startMarket(
  env: Record<string, string> = {},
  options: {
    paysOut?: boolean;
    createMint?: typeof createWattMint;
    slotMs?: number;
    /** Done before the first router starts. */
    before?: (place: MarketPlace) => Promise<void>;
  } = {},
): Promise<Market> {
  const chain = await startChain({ rpcPort: 0, slotMs: options.slotMs ?? SLOT_MS });
  const connection = new Connection(chain.rpcUrl, { commitment: 'confirmed', wsEndpoint: chain.wsUrl });
  const authority = Keypair.generate();
  await airdrop(connection, authority.publicKey, 1000 * Number(SOL));
  const createMint = options.createMint ?? createWattMint;
  const mint = await createMint({ connection, authority, freezeAuthority: authority.publicKey });
  const computeWallet = Keypair.generate();
  const feePayer = Keypair.generate();
  const grant = (wallet: PublicKey, wattBase: bigint, lamports = SOL) =>
    fund({ connection, authority, mint, wallet, wattBase, lamports });
  await Promise.all([
    grant(computeWallet.publicKey, 0n),
    airdrop(connection, feePayer.publicKey, Number(SOL)),
  ]);

  const { url: databaseUrl, database, drop } = await freshDatabase();
  const routerKey = createSigningKey();
  const config = toConfig({
    PORT: '0',
    SOLANA_RPC_URL: chain.rpcUrl,
    SOLANA_WS_URL: chain.wsUrl,
    WATT_MINT: mint.toBase58(),
    COMPUTE_WALLET: computeWallet.publicKey.toBase58(),
    SOLANA_POLL_MS: '300',
    // What a node that was killed held goes to another soon; one that comes back has to be quick.
    NODE_RESUME_MS: '1000',
    RATE_LIMIT_AGENT_PER_HOUR: '100000',
    RATE_LIMIT_URL_PER_HOUR: '100000',
    SCRAPE_ALLOW_PRIVATE: '127.0.0.1:8099',
    ...env,
  });
  const logger = pino({ level: 'silent' });
  const feePayerKey = signingKeyFromSecret(feePayer.secretKey);
  const secrets = {
    ...{ databaseUrl, routerKey, feePayerKey },
    ...(options.paysOut && { computeWalletKey: signingKeyFromSecret(computeWallet.secretKey) }),
  };
  const start = () => startRouter(config, secrets, { logger });

  const place = {
    ...{ chain, connection, mint, authority, computeWallet, feePayer, databaseUrl },
    sql: database.sql,
    async agent(watt: number, options?: { lamports: bigint }) {
      const wallet = Keypair.generate();
      await grant(wallet.publicKey, BigInt(watt) * 1_000_000n, options?.lamports);
      return wallet;
    },
  };
  await options.before?.(place);
  const market: Market = {
    ...place,
    router: await start(),
    startAnother: start,
    async restart() {
      await market.router.stop();
      market.router = await start();
    },
    async close() {
      await market.router.stop();
      await drop();
      await chain.close();
    },
  };
  return market;
}
