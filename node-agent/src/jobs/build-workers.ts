import type { Service } from '@watt/shared';
import type { Logger } from 'pino';
import type { NodeConfig } from '../config/node-config.ts';
import type { ScrapePolicy } from '../config/scrape-policy.ts';
import type { RouterFacts } from '../connection/router-facts.ts';
import { createGuard } from '../guard/guard.ts';
import { createOwnAddresses } from '../guard/own-addresses.ts';
import { createServerLookup } from '../guard/resolve-name.ts';
import { createUpstreamPool } from '../guard/upstream/upstream-pool.ts';
import type { ContainerEngine } from '../sandbox/container-engine.ts';
import { createScraper, type Scraper } from '../scrape/create-scraper.ts';
import { findChromium } from '../scrape/find-chromium.ts';
import { DEFAULT_SCRAPE_LIMITS } from '../scrape/scrape-limits.ts';
import { type Preparation, prepareMachine } from '../setup/prepare-machine.ts';
import type { StepResult } from '../setup/step-result.ts';
import { buildExecuteWorker } from './execute-worker.ts';
import { browserSlots, defaultSlots, type MachineFacts, parserThreads } from './machine-facts.ts';
import type { WorkerProblem, Workers } from './workers.ts';

export interface BuildWorkersOptions {
  config: Pick<NodeConfig, 'services' | 'slots' | 'sandbox'>;
  machine: MachineFacts;
  docker: ContainerEngine;
  /** For downloads and half-built images. */
  cacheDir: string;
  scrapePolicy: ScrapePolicy;
  routerFacts: Pick<RouterFacts, 'addresses' | 'hosts' | 'domains' | 'proxies'>;
  /** A browser to use instead of the one that would be found. */
  chromiumPath: string | null;
  /** Install what is missing, and start Docker, where that can be done without asking. */
  install: boolean;
  clock: { now(): number };
  logger: Logger;
  /** Lines of progress for people. */
  report: (line: string) => void;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** Tries on this machine what the node was set up to do, and gives what works together with what does not and why. */
export async function buildWorkers(options: BuildWorkersOptions): Promise<Workers> {
  const { config, chromiumPath, install, docker, cacheDir, report } = options;
  const wants = (service: Service) => config.services.includes(service);
  const problems: WorkerProblem[] = [];
  const preparation = await prepareMachine({
    docker,
    want: { execute: wants('execute'), scrapeJavascript: wants('scrape') && chromiumPath === null },
    ...{ allowInstall: install, allowStart: install, cacheDir, report },
    onStep: (name, result) => report(`${name}: ${describe(result)}`),
  });
  const scraper = wants('scrape') ? await buildScraper(options, preparation, problems) : null;
  const slots = { ...defaultSlots(options.machine), ...config.slots };
  const sandboxOptions = { ...options, config: config.sandbox, executeSlots: slots.execute };
  const sandbox = wants('execute') ? await buildExecuteWorker(sandboxOptions, preparation, problems) : null;
  return {
    capabilities: {
      scrape: scraper && {
        slots: slots.scrape,
        javascript: scraper.capabilities.javascript,
        screenshots: scraper.capabilities.screenshots,
        map: true,
        copies: true,
      },
      execute: sandbox && { slots: slots.execute, ...sandbox.offer },
    },
    problems,
    ...(scraper && { scrape: scraper.scrape }),
    ...(sandbox && { execute: sandbox.sandbox.execute, startKernel: sandbox.sandbox.startKernel }),
    async close() {
      await Promise.all([scraper?.close(), sandbox?.sandbox.close()]);
    },
  };
}

async function buildScraper(
  options: BuildWorkersOptions,
  { chromium }: Preparation,
  problems: WorkerProblem[],
): Promise<Scraper> {
  const { machine, scrapePolicy, routerFacts, chromiumPath, clock, logger } = options;
  const path =
    chromiumPath === null
      ? chromium !== null && chromium.state !== 'unavailable'
        ? chromium.value.path
        : null
      : findChromium(chromiumPath);
  if (chromium?.state === 'unavailable') {
    problems.push({ what: `pages with JavaScript: ${chromium.reason}`, fix: chromium.fix });
  }
  if (chromiumPath !== null && path === null) {
    problems.push({
      what: `pages with JavaScript: ${chromiumPath} cannot be run`,
      fix: 'Set CHROMIUM_PATH to a Chromium.',
    });
  }
  const guard = createGuard({
    allowPrivate: scrapePolicy.allowPrivate,
    ports: scrapePolicy.ports,
    domains: () => [...routerFacts.domains(), scrapePolicy.domains],
    routerHosts: routerFacts.hosts,
    ownAddresses: createOwnAddresses({ told: routerFacts.addresses }),
    ...(scrapePolicy.dnsServers.length > 0 && { lookup: createServerLookup(scrapePolicy.dnsServers) }),
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
  });
  const isRouters = scrapePolicy.upstreams.length === 0 && scrapePolicy.takesRouterProxies;
  const scraper = await createScraper({
    guard,
    upstreams: createUpstreamPool({
      upstreams: isRouters ? routerFacts.proxies : () => scrapePolicy.upstreams,
      reach: guard.reach,
      logger,
    }),
    chromiumPath: path,
    clock,
    limits: {
      ...DEFAULT_SCRAPE_LIMITS,
      browserSlots: browserSlots(machine),
      parserThreads: parserThreads(machine),
    },
    logger,
    isRoot: machine.isRoot,
  });
  if (path !== null && !scraper.capabilities.javascript) {
    problems.push({
      what: `pages with JavaScript: ${path} does not start`,
      fix: `Try: ${path} --headless=new --dump-dom about:blank`,
    });
  }
  return scraper;
}

function describe(result: StepResult<unknown>): string {
  return result.state === 'unavailable'
    ? `not available, ${result.reason}`
    : `${result.state}, ${result.detail}`;
}
