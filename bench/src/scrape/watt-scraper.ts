import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWorkers, createDockerEngine, readMachineFacts } from '@watt/node';
import { DEFAULT_WEB_PORTS } from '@watt/shared';
import { pino } from 'pino';
import type { Role } from '../role-process.ts';
import { type Batch, READY, runBatch, SELECTORS, serveBatches } from './batch.ts';

export interface ScraperTask {
  sitePorts: number[];
  /** Null: pages without scripts only. */
  chromiumPath: string | null;
}

const TIMEOUT_SECONDS = 60;

/** A node's own scraper, built as a node builds it: guard, parser threads, browser behind the filtering proxy. */
export const wattScraper: Role<ScraperTask, { port: number }> = async ({ sitePorts, chromiumPath }) => {
  const dir = await mkdtemp(join(tmpdir(), 'watt-bench-scrape-'));
  const workers = await buildWorkers({
    config: { services: ['scrape'], slots: {} },
    machine: readMachineFacts(),
    docker: createDockerEngine(),
    cacheDir: dir,
    scrapePolicy: {
      allowPrivate: sitePorts.map((port) => ({ host: '127.0.0.1', port })),
      ports: [...DEFAULT_WEB_PORTS, ...sitePorts],
      domains: { by: 'operator', blocked: [], allowed: [] },
      dnsServers: [],
      upstreams: [],
      takesRouterProxies: false,
    },
    routerFacts: { addresses: () => [], hosts: () => [], domains: () => [], proxies: () => [] },
    chromiumPath,
    install: false,
    clock: Date,
    logger: pino({ level: 'silent' }),
    report: () => undefined,
  });
  const { scrape } = workers;
  if (!scrape) throw new Error('the node does not scrape');
  const one = async (url: string, mode: Batch['mode']) => {
    const outcome = await scrape(
      {
        url,
        output_format: 'text',
        ...(mode === 'selectors' && { selectors: SELECTORS }),
        options: {
          javascript: mode === 'javascript',
          screenshots: false,
          timeout: TIMEOUT_SECONDS,
          ...(mode === 'javascript' && { wait_for: { selector: READY } }),
        },
      },
      new AbortController().signal,
    );
    if (outcome.kind === 'failed') throw new Error(`${url}: ${outcome.message}`);
    return JSON.stringify(outcome.data).length;
  };
  const server = await serveBatches((batch) => runBatch(batch, (url) => one(url, batch.mode)));
  return {
    ready: { port: server.port },
    async stop() {
      await server.close();
      await workers.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
};
