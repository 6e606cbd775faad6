import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Role } from '../role-process.ts';
import { APP_ITEMS, APP_SCRIPT, APP_STYLE, appPage, DOT, readStaticPages } from './pages.ts';

export interface SiteTask {
  /** What the network would take until the answer begins. */
  delayMs: number;
}

export interface Site {
  port: number;
  staticPaths: string[];
  appPaths: string[];
}

interface Answer {
  type: string;
  plain: Buffer;
  gzip: Buffer;
}

/** The web site that is scraped: static pages, and pages that scripts draw. */
export const site: Role<SiteTask, Site> = async ({ delayMs }) => {
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
  const server = createServer((request, response) => {
    void answer(request, response, { answers, delayMs });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    ready: { port, staticPaths: pages.map(({ path }) => path), appPaths: pages.map((_, i) => `/app/${i}`) },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

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
