import { join } from 'node:path';
import type { Keypair, PublicKey } from '@solana/web3.js';
import type { Chain } from '../chain/start-chain.ts';
import { programOf } from '../network/process-specs.ts';
import { waitForHttp } from '../supervisor/wait-for-http.ts';
import type { MortalServerOptions } from './mortal-server.ts';

const NO_LIMIT = '1000000000';

export interface RouterPlan {
  chain: Chain;
  mint: PublicKey;
  computeWallet: Keypair;
  databaseUrl: string;
  port: number;
  dir: string;
}

/** The router as it is run in production, in a process of its own; only its waits are short. */
export function routerServer(plan: RouterPlan): MortalServerOptions {
  const { chain, mint, computeWallet, databaseUrl, port, dir } = plan;
  return {
    name: `the router at ${port}`,
    command: [process.execPath, programOf('@watt/router')],
    env: {
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'error',
      DATABASE_URL: databaseUrl,
      SOLANA_RPC_URL: chain.rpcUrl,
      SOLANA_WS_URL: chain.wsUrl,
      SOLANA_POLL_MS: '300',
      WATT_MINT: mint.toBase58(),
      COMPUTE_WALLET: computeWallet.publicKey.toBase58(),
      COMPUTE_WALLET_PRIVATE_KEY: JSON.stringify([...computeWallet.secretKey]),
      ROUTER_KEY_FILE: join(dir, 'router-key.json'),
      PAYMENT_GRACE_MS: '300',
      PAYOUT_THRESHOLD_WATT: '400',
      PAYOUT_COLLECT_SECONDS: '1',
      PAYOUT_RESEND_MS: '400',
      RECONCILE_SECONDS: '2',
      X402_RESEND_MS: '400',
      X402_MAX_FEE_LAMPORTS_PER_HOUR: NO_LIMIT,
      NODE_HEARTBEAT_MS: '300',
      // Some nodes that were killed are back within it, and some are not.
      NODE_RESUME_MS: '3000',
      LEASE_EXTRA_MS: '3000',
      QUEUE_TIMEOUT_SECONDS: '30',
      HTTP_WAIT_SECONDS: '5',
      RATE_LIMIT_AGENT_PER_HOUR: NO_LIMIT,
      RATE_LIMIT_URL_PER_HOUR: NO_LIMIT,
      RATE_LIMIT_GLOBAL_PER_HOUR: NO_LIMIT,
      RATE_LIMIT_EXECUTE_PER_HOUR: NO_LIMIT,
    },
    stopSignal: 'TERM',
    waitUntilReady: ({ ended, limitMs }) =>
      waitForHttp(`http://127.0.0.1:${port}/health`, { signal: ended, limitMs }),
  };
}
