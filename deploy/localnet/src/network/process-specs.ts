import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Machine } from '../machine.ts';
import type { Ports } from '../ports.ts';
import type { Cluster } from '../postgres/cluster.ts';
import type { StateDir } from '../state/state-dir.ts';
import type { ProcessSpec } from '../supervisor/supervised-process.ts';
import { chainIsReady, nodeIsOnline, urlIsReady } from './http-probes.ts';

const HOST = '127.0.0.1';
const resolve = createRequire(import.meta.url).resolve;

/** What every process of the network is given. */
export interface NetworkPlan {
  state: StateDir;
  ports: Ports;
  inherited: Record<string, string>;
  slotMs: number;
  machine: Machine;
}

export interface Urls {
  router: string;
  rpc: string;
  websocket: string;
  faucet: string;
  site: string;
}

export function urlsOf(ports: Ports): Urls {
  return {
    router: `http://${HOST}:${ports.router}`,
    rpc: `http://${HOST}:${ports.rpc}`,
    websocket: `ws://${HOST}:${ports.websocket}`,
    faucet: `http://${HOST}:${ports.faucet}`,
    site: `http://${HOST}:${ports.site}`,
  };
}

export function postgresSpec(cluster: Cluster, plan: NetworkPlan): ProcessSpec {
  return {
    name: 'postgres',
    command: cluster.command,
    env: plan.inherited,
    waitUntilReady: cluster.waitUntilReady,
    // Postgres' "fast" shutdown: it ends its clients instead of waiting for them.
    stopSignal: 'SIGINT',
    stopLimitMs: 10_000,
  };
}

export function chainSpec(plan: NetworkPlan): ProcessSpec {
  const { ports, state } = plan;
  const urls = urlsOf(ports);
  return {
    name: 'chain',
    command: [
      ...[process.execPath, join(import.meta.dirname, '..', 'chain-main.js'), '--state', state.root],
      ...['--rpc', String(ports.rpc), '--websocket', String(ports.websocket)],
      ...['--faucet', String(ports.faucet), '--slot-ms', String(plan.slotMs)],
    ],
    env: plan.inherited,
    waitUntilReady: (signal) => chainIsReady(urls.rpc, urls.faucet, signal),
    stopSignal: 'SIGTERM',
    stopLimitMs: 5000,
  };
}

export function siteSpec(plan: NetworkPlan): ProcessSpec {
  const { ports } = plan;
  return {
    name: 'demo-site',
    command: [
      process.execPath,
      join(import.meta.dirname, '..', 'site-main.js'),
      '--port',
      String(ports.site),
    ],
    env: plan.inherited,
    waitUntilReady: (signal) => urlIsReady(urlsOf(ports).site, signal),
    stopSignal: 'SIGTERM',
    stopLimitMs: 3000,
  };
}

export interface RouterMoney {
  databaseUrl: string;
  mint: string;
  computeWallet: string;
  /** Solana's JSON form. */
  computeWalletSecret: string;
  routerKeyFile: string;
}

export function routerSpec(plan: NetworkPlan, money: RouterMoney): ProcessSpec {
  const { ports } = plan;
  const urls = urlsOf(ports);
  return {
    name: 'router',
    command: [process.execPath, programOf('@watt/router')],
    env: {
      // The chain is next door: it may be asked often, and what it has not shown at once is not on its way.
      SOLANA_POLL_MS: '500',
      PAYMENT_GRACE_MS: '250',
      // Nodes are paid as soon as what they earned is final, so that a first look sees it.
      PAYOUT_THRESHOLD_WATT: '1',
      PAYOUT_MIN_WATT: '1',
      PAYOUT_COLLECT_SECONDS: '1',
      PAYOUT_RESEND_MS: '500',
      LAMPORTS_PER_WATT: '1000000',
      ...plan.inherited,
      HOST,
      PORT: String(ports.router),
      PUBLIC_URL: urls.router,
      DATABASE_URL: money.databaseUrl,
      SOLANA_RPC_URL: urls.rpc,
      SOLANA_WS_URL: urls.websocket,
      WATT_MINT: money.mint,
      COMPUTE_WALLET: money.computeWallet,
      COMPUTE_WALLET_PRIVATE_KEY: money.computeWalletSecret,
      ROUTER_KEY_FILE: money.routerKeyFile,
      SCRAPE_ALLOW_PRIVATE: allowedTargets(plan),
    },
    waitUntilReady: (signal) => urlIsReady(`${urls.router}/ready`, signal),
    stopSignal: 'SIGTERM',
    stopLimitMs: 15_000,
  };
}

export interface NodePlan {
  name: string;
  class: 'pi' | 'pc';
  services: string;
  home: string;
  /** The key of the wallet that its earnings go to. */
  walletFile: string;
}

export function nodeSpec(plan: NetworkPlan, node: NodePlan): ProcessSpec {
  return {
    name: node.name,
    command: [process.execPath, programOf('@watt/node'), 'run', '--home', node.home],
    env: nodeEnv(plan),
    waitUntilReady: (signal) => nodeIsOnline(urlsOf(plan.ports).router, node.name, { signal }),
    stopSignal: 'SIGTERM',
    stopLimitMs: 20_000,
  };
}

export function nodeEnv(plan: NetworkPlan): Record<string, string> {
  return {
    ...plan.inherited,
    SCRAPE_ALLOW_PRIVATE: allowedTargets(plan),
    // A browser that was left aside for this network is not looked for by its nodes either.
    ...(!plan.machine.canBrowse && { CHROMIUM_PATH: 'none' }),
  };
}

/** The entry program of one of our packages, beside its compiled index. */
export function programOf(name: '@watt/router' | '@watt/node'): string {
  return join(dirname(resolve(name)), 'main.js');
}

/** The demo site, and whatever else the developer allows. */
function allowedTargets({ ports, inherited }: NetworkPlan): string {
  return [`${HOST}:${ports.site}`, inherited['SCRAPE_ALLOW_PRIVATE']].filter(Boolean).join(',');
}
