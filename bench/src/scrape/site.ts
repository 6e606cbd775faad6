import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Role } from '../role-process.ts';
import { APP_ITEMS, APP_SCRIPT, APP_STYLE, appPage, DOT, readStaticPages } from './pages.ts';

const KEEP_ALIVE_MS = 600_000;

export interface SiteTask {
  /** What the network would take until the answer begins. */
  delayMs: number;
  /** Ports to listen on: scrapers are polite to any one site. */
  sites: number;
}

export interface Site {
  ports: number[];
  staticPaths: string[];
  appPaths: string[];
}

interface Answer {
  type: string;
  plain: Buffer;
  gzip: Buffer;
}

/** The web site that is scraped: static pages, and pages that scripts draw. */
export const site: Role<SiteTask, Site> = async ({ delayMs, sites }) => {
  const pages = await readStaticPages();
  const answers = new Map<string, Answer>([
    ['/app.js', answerOf('text/javascript', Buffer.from(APP_SCRIPT))],
    ['/app.css', answerOf('text/css', Buffer.from(APP_STYLE))],
    ['/app.json', answerOf('application/json', Buffer.from(JSON.stringify(APP_ITEMS)))],
    ['/dot.png', answerOf('image/png', DOT)],
    ...pages.map(({ path, html }) => [path, answerOf('text/html', html)] as const),
    ...pages.map(
      ({ html }, i) => [`/app/${i}`, answerOf('text/html', Buffer.from(appPage(html, i), 'latin1'))] as const,
    ),
  ]);
  const servers = Array.from({ length: sites }, () =>
    createServer((request, response) => void answer(request, response, { answers, delayMs })),
  );
  return {
    ready: {
      ports: await Promise.all(servers.map(listen)),
      staticPaths: pages.map(({ path }) => path),
      appPaths: pages.map((_, i) => `/app/${i}`),
    },
    async stop() {
      for (const server of servers) server.closeAllConnections();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
};

async function listen(server: Server): Promise<number> {
  // Longer than any pause between rounds: a connection that ends as it is used again would fail a page.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

function answerOf(type: string, plain: Buffer): Answer {
  return { type, plain, gzip: gzipSync(plain) };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { answers, delayMs }: { answers: ReadonlyMap<string, Answer>; delayMs: number },
): Promise<void> {
  const found = answers.get((request.url ?? '').split('?')[0] ?? '');
  await sleep(delayMs);
  if (!found) {
    response.writeHead(404).end();
    return;
  }
  const isGzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  response.writeHead(200, {
    'content-type': found.type,
    ...(isGzip && { 'content-encoding': 'gzip' }),
  });
  response.end(isGzip ? found.gzip : found.plain);
}
