import { join } from 'node:path';
import { watt } from '@watt/shared';
import type { Machine } from '../machine.ts';
import type { Ports } from '../ports.ts';
import { prepareCluster } from '../postgres/cluster.ts';
import { loadOrCreateKeypair } from '../state/keypair-file.ts';
import { openProcessList } from '../state/process-list.ts';
import type { StateDir } from '../state/state-dir.ts';
import { createSupervisor, type Supervisor } from '../supervisor/supervisor.ts';
import type { Report } from '../terminal/report.ts';
import { askFaucet } from './ask-faucet.ts';
import { chainBalanceReader } from './chain-balance.ts';
import { initialiseNode } from './initialise-node.ts';
import { type NetworkFile, writeNetworkFile } from './network-file.ts';
import {
  chainSpec,
  type NetworkPlan,
  type NodePlan,
  nodeSpec,
  postgresSpec,
  routerSpec,
  siteSpec,
  type Urls,
  urlsOf,
} from './process-specs.ts';

const TOKEN_2022 = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb';
const WATT_DECIMALS = 6;
/** What the faucet gives to the demo agent whenever it has less than half of it. */
const AGENT_WATT = 10_000;

export interface StartNetworkOptions {
  state: StateDir;
  ports: Ports;
  machine: Machine;
  inherited: Record<string, string>;
  slotMs: number;
  report: Report;
  /** Stops a start that is under way. */
  signal: AbortSignal;
}

export interface Network {
  file: NetworkFile;
  /** Ends every process in order, within its limits. */
  stop(): Promise<void>;
  kill(): void;
}

/** Starts Postgres, chain, demo site, router and two nodes, and writes network.json. Stops what ran when one fails. */
export async function startNetwork(options: StartNetworkOptions): Promise<Network> {
  const { state, report } = options;
  const supervisor = createSupervisor({
    logs: state.logs,
    list: openProcessList(state.processes),
    say: (text) => report.line(report.paint('yellow', `! ${text}`)),
  });
  const onAbort = () => void supervisor.stop();
  options.signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await startAll(options, supervisor);
  } catch (error) {
    await supervisor.stop();
    // What fails because it was stopped is not the reason.
    options.signal.throwIfAborted();
    throw error;
  } finally {
    options.signal.removeEventListener('abort', onAbort);
  }
}

async function startAll(options: StartNetworkOptions, supervisor: Supervisor): Promise<Network> {
  const { state, ports, machine, report } = options;
  const plan: NetworkPlan = options;
  const urls = urlsOf(ports);
  const money = await startMoney(options, supervisor);

  const routerKeyFile = join(state.keys, 'router.json');
  const [computeWallet, agent, { publicKey: routerKey }] = await Promise.all([
    loadOrCreateKeypair(join(state.keys, 'compute-wallet.json')),
    loadOrCreateKeypair(join(state.keys, 'agent.json')),
    loadOrCreateKeypair(routerKeyFile),
  ]);
  const nodes = nodePlans(state, machine);
  const nodeWallets = await Promise.all(nodes.map(({ walletFile }) => loadOrCreateKeypair(walletFile)));
  await fundWallets(urls, money.mint, {
    computeWallet: computeWallet.publicKey,
    agent: agent.publicKey,
    nodes: nodeWallets.map(({ publicKey }) => publicKey),
  });
  const router = async () => {
    const step = report.step('router', 'starting');
    const spec = routerSpec(plan, {
      databaseUrl: money.databaseUrl,
      mint: money.mint,
      computeWallet: computeWallet.publicKey,
      computeWalletSecret: JSON.stringify([...computeWallet.secret]),
      routerKeyFile,
    });
    await supervisor.start(spec);
    step.done(urls.router);
  };
  const startNodes = async () => {
    const step = report.step('nodes', 'trying what this machine can do');
    await Promise.all(
      nodes.map((node) => initialiseNode(plan, { ...node, routerUrl: urls.router, routerKey })),
    );
    await supervisor.start(...nodes.map((node) => nodeSpec(plan, node)));
    step.done(nodes.map((node) => `${node.name} (${node.services.replace(',', ' and ')})`).join(', '));
  };
  // Nodes look over their machine first and knock until the router opens, so both may start at once.
  await settleAll([router(), startNodes()]);

  const file: NetworkFile = {
    router_url: urls.router,
    dashboard_url: `${urls.router}/dashboard`,
    rpc_url: urls.rpc,
    websocket_url: urls.websocket,
    faucet_url: urls.faucet,
    demo_site_url: urls.site,
    mint: money.mint,
    token_program: TOKEN_2022,
    decimals: WATT_DECIMALS,
    compute_wallet: computeWallet.publicKey,
    router_public_key: routerKey,
    agent_key_file: join(state.keys, 'agent.json'),
    agent_wallet: agent.publicKey,
    pid: process.pid,
    started_at: new Date().toISOString(),
  };
  await writeNetworkFile(state.network, file);
  return {
    file,
    stop: () => supervisor.stop(),
    kill: () => supervisor.kill(),
  };
}

/** Who is paid needs a token account, the compute wallet some SOL, the agent something to pay with. */
async function fundWallets(
  urls: Urls,
  mint: string,
  { computeWallet, agent, nodes }: { computeWallet: string; agent: string; nodes: string[] },
): Promise<void> {
  const balanceOf = chainBalanceReader({ rpc_url: urls.rpc, mint });
  if ((await balanceOf(computeWallet)) === null) {
    await askFaucet(urls.faucet, { wallet: computeWallet, watt: 0, sol: 1 });
  }
  for (const wallet of nodes) {
    if ((await balanceOf(wallet)) === null) await askFaucet(urls.faucet, { wallet, watt: 0, sol: 0 });
  }
  const agentHas = await balanceOf(agent);
  if (agentHas === null || agentHas < watt(AGENT_WATT / 2)) {
    await askFaucet(urls.faucet, { wallet: agent, watt: AGENT_WATT, sol: 1 });
  }
}

/** Postgres, chain and demo site at once: none needs another. */
async function startMoney({ report, ...options }: StartNetworkOptions, supervisor: Supervisor) {
  const { state, ports } = options;
  const urls = urlsOf(ports);
  const postgres = async () => {
    const step = report.step('Postgres', 'starting');
    const cluster = await prepareCluster({
      parent: state.postgres,
      passwordFile: join(state.keys, 'postgres-password'),
      port: ports.postgres,
    });
    await supervisor.start(postgresSpec(cluster, options));
    step.done(`${cluster.isNew ? 'new' : 'found'}, port ${ports.postgres}`);
    return cluster.url;
  };
  const chain = async () => {
    const step = report.step('dev chain', 'starting');
    await supervisor.start(chainSpec(options));
    step.done(`${urls.rpc}, faucet ${urls.faucet}`);
  };
  const site = async () => {
    await supervisor.start(siteSpec(options));
    report.step('demo site').done(urls.site);
  };
  const [databaseUrl] = await settleAll([postgres(), chain(), site()]);
  const mint = await loadOrCreateKeypair(join(state.keys, 'mint.json'));
  return { databaseUrl, mint: mint.publicKey };
}

/** Like Promise.all, but waits for the others before it rejects, so that nothing starts after the clean-up. */
async function settleAll<T extends readonly unknown[]>(
  promises: { [K in keyof T]: Promise<T[K]> },
): Promise<T> {
  const results = await Promise.allSettled(promises);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return await Promise.all(promises);
}

function nodePlans(state: StateDir, machine: Machine): NodePlan[] {
  return [
    {
      name: 'attic-pi',
      class: 'pi',
      services: 'scrape',
      home: join(state.nodes, 'attic-pi'),
      walletFile: join(state.keys, 'attic-pi-wallet.json'),
    },
    {
      name: 'workshop-pc',
      class: 'pc',
      services: machine.canExecute ? 'scrape,execute' : 'scrape',
      home: join(state.nodes, 'workshop-pc'),
      walletFile: join(state.keys, 'workshop-pc-wallet.json'),
    },
  ];
}
