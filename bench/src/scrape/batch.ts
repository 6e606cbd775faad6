import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';

/** What a scraper is asked to do in one round. */
export interface Batch {
  mode: 'text' | 'selectors' | 'javascript';
  urls: string[];
  concurrency: number;
}

export interface BatchResult {
  seconds: number;
  /** Of the process with its threads, not of a browser. */
  cpuSeconds: number;
  /** How long each page took, in milliseconds. */
  pageMs: number[];
  /** Characters that came out, so that nobody is fast by doing nothing. */
  characters: number;
}

/** The selectors of the round that has some. */
export const SELECTORS = { title: 'title', heading: 'h1', first: 'p', links: 'a[href]', image: 'img' };

/** What a page that scripts draw shows when they are done. */
export const READY = '#ready';

const LIMIT_MS = 300_000;

export interface BatchServer {
  port: number;
  close(): Promise<void>;
}

/** The scraper's side: runs each batch that is posted. */
export async function serveBatches(
  run: (batch: Batch) => Promise<Omit<BatchResult, 'cpuSeconds'>>,
): Promise<BatchServer> {
  const server = createServer(async (incoming, response) => {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const batch = JSON.parse(Buffer.concat(chunks).toString()) as Batch;
      const begun = process.cpuUsage();
      const result = await run(batch);
      const { user, system } = process.cpuUsage(begun);
      const cpuSeconds = (user + system) / 1_000_000;
      response.writeHead(200).end(JSON.stringify({ ...result, cpuSeconds }));
    } catch (error) {
      response.writeHead(500).end(error instanceof Error ? error.stack : String(error));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The measurement's side. Throws when a page failed. */
export async function postBatch(port: number, batch: Batch): Promise<BatchResult> {
  const { statusCode, body } = await request(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    body: JSON.stringify(batch),
    headersTimeout: LIMIT_MS,
    bodyTimeout: LIMIT_MS,
  });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`a batch failed: ${text.slice(0, 2_000)}`);
  return JSON.parse(text) as BatchResult;
}

/** Calls `scrape` for every address, so many at a time. */
export async function runBatch(
  { urls, concurrency }: Batch,
  scrape: (url: string) => Promise<number>,
): Promise<Omit<BatchResult, 'cpuSeconds'>> {
  const pageMs: number[] = [];
  let characters = 0;
  let next = 0;
  const begun = performance.now();
  const caller = async () => {
    for (let url = urls[next++]; url !== undefined; url = urls[next++]) {
      const startedAt = performance.now();
      const count = await scrape(url);
      characters += count;
      pageMs.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  return { seconds: (performance.now() - begun) / 1_000, pageMs, characters };
}
