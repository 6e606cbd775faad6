import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createSigningKey } from '@watt/shared';
import { findFreePort } from '../../src/free-port.ts';
import { urlIsReady } from '../../src/network/http-probes.ts';
import type { Market } from './start-market.ts';

const START_LIMIT_MS = 100_000;
const PROGRAM = join(import.meta.dirname, '../../../../router/dist/main.js');

/** A router in a process of its own on a market's chain and database, which can be ended as no program expects. */
export interface RouterProcess {
  url: string;
  start(): Promise<void>;
  /** SIGKILL: nothing of it runs on. */
  kill(): Promise<void>;
}

export async function createRouterProcess(
  market: Market,
  more: Record<string, string> = {},
): Promise<RouterProcess> {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const secret = (bytes: Uint8Array) => JSON.stringify([...bytes]);
  const env = {
    PORT: `${port}`,
    LOG_LEVEL: 'error',
    DATABASE_URL: market.databaseUrl,
    SOLANA_RPC_URL: market.chain.rpcUrl,
    SOLANA_WS_URL: market.chain.wsUrl,
    SOLANA_POLL_MS: '300',
    WATT_MINT: market.mint.toBase58(),
    COMPUTE_WALLET: market.computeWallet.publicKey.toBase58(),
    X402_FEE_PAYER_PRIVATE_KEY: secret(market.feePayer.secretKey),
    X402_RESEND_MS: '300',
    ROUTER_PRIVATE_KEY: secret(createSigningKey().secret),
    RATE_LIMIT_AGENT_PER_HOUR: '100000',
    ...more,
  };
  let child: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  return {
    url,
    async start() {
      child = spawn(process.execPath, [PROGRAM], { env, stdio: 'inherit' });
      await urlIsReady(`${url}/ready`, AbortSignal.timeout(START_LIMIT_MS));
    },
    kill,
  };
}
