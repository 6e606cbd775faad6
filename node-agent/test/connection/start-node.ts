import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSigningKey, type SigningKey } from '@watt/shared';
import { createHome, type Home, homeAt } from '../../src/config/home.ts';
import type { Workers } from '../../src/jobs/workers.ts';
import { type RunNodeOptions, type RunningNode, runNode } from '../../src/run-node.ts';
import type { ScrapeCompleted, ScrapeOutcome, ScrapeTask } from '../../src/scrape/scrape-task.ts';
import type { ScriptedRouter } from './scripted-router.ts';

export interface TestNode extends AsyncDisposable {
  node: RunningNode;
  home: Home;
  key: SigningKey;
  /** Warnings and errors, one line each. */
  faults: string[];
  /** Scrapes that wait to be answered, in order of their arrival. */
  scrapes: { task: ScrapeTask; signal: AbortSignal; finish(outcome: ScrapeOutcome): void }[];
}

export interface TestNodeOptions extends Partial<Omit<RunNodeOptions, 'prepareWorkers'>> {
  workers?: Partial<Workers>;
}

/** A node in a folder of its own whose scrapes are answered by the test. The folder is removed with it, unless it was given. */
export async function startNode(router: ScriptedRouter, options: TestNodeOptions = {}): Promise<TestNode> {
  const home = options.home ?? homeAt(await mkdtemp(join(tmpdir(), 'watt-node-test-')));
  await createHome(home);
  const key = options.key ?? createSigningKey();
  const faults: string[] = [];
  const scrapes: TestNode['scrapes'] = [];
  const note = (facts: object, message: string) =>
    void faults.push('code' in facts ? `${String(facts.code)}: ${message}` : message);
  const workers: Workers = {
    capabilities: { scrape: { slots: 2, javascript: false, screenshots: true }, execute: null },
    problems: [],
    scrape: (task, signal) => new Promise((finish) => scrapes.push({ task, signal, finish })),
    close: async () => {
      for (const { finish } of scrapes) finish(failed);
    },
    ...options.workers,
  };
  const node = await runNode({
    home,
    key,
    config: {
      version: 1,
      name: 'test',
      class: 'pc',
      services: ['scrape'],
      router: { url: router.http, key: router.key.publicKey },
      wallet: null,
    },
    software: '0.0.0',
    logger: { debug: () => undefined, info: () => undefined, warn: note, error: note },
    ...options,
    prepareWorkers: async () => workers,
    timings: { backOffMinMs: 20, backOffMaxMs: 200, ackMs: 300, ...options.timings },
  });
  return {
    node,
    home,
    key,
    faults,
    scrapes,
    async [Symbol.asyncDispose]() {
      await node.stop();
      if (!options.home) await rm(home.dir, { recursive: true, force: true });
    },
  };
}

const failed: ScrapeOutcome = {
  kind: 'failed',
  code: 'SCRAPE_FAILED',
  message: 'closed',
  reason: 'connect',
  retryable: true,
};

export function page(text: string, screenshot?: Uint8Array): ScrapeCompleted {
  return {
    kind: 'completed',
    data: { text },
    metadata: {
      url: 'http://site.example/',
      status: 200,
      content_type: 'text/html',
      encoding: 'utf-8',
      redirects: [],
      title: null,
      scraped_at: '2026-01-01T00:00:00.000Z',
      size_bytes: 10,
      timings: {},
      execution_ms: 5,
    },
    artifacts: screenshot
      ? [{ field: 'screenshot', content_type: 'image/png', bytes: screenshot, width: 3, height: 2 }]
      : [],
  };
}
