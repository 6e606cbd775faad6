import { startRouter, toConfig } from '@watt/router';
import { createSigningKey } from '@watt/shared';
import type { Role } from '../role-process.ts';

export interface PaidRouterTask {
  databaseUrl: string;
  rpcUrl: string;
  wsUrl: string;
  mint: string;
  computeWallet: string;
}

export interface PaidRouterReady {
  url: string;
}

const NO_LIMIT = '1000000000';

/** The router as it is, but for rate limits that would stop a measurement. */
export const paidRouter: Role<PaidRouterTask, PaidRouterReady> = async (task) => {
  const config = toConfig({
    PORT: '0',
    LOG_LEVEL: 'warn',
    SOLANA_RPC_URL: task.rpcUrl,
    SOLANA_WS_URL: task.wsUrl,
    WATT_MINT: task.mint,
    COMPUTE_WALLET: task.computeWallet,
    RATE_LIMIT_AGENT_PER_HOUR: NO_LIMIT,
    RATE_LIMIT_GLOBAL_PER_HOUR: NO_LIMIT,
    RATE_LIMIT_EXECUTE_PER_HOUR: NO_LIMIT,
  });
  const router = await startRouter(config, { databaseUrl: task.databaseUrl, routerKey: createSigningKey() });
  return { ready: { url: router.url }, stop: () => router.stop() };
};
