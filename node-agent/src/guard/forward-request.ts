import {
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream/promises';
import { parseUrl } from '@watt/shared';
import type { EgressJob } from './egress-job.ts';
import { type Guard, portOf } from './guard.ts';

/** Headers that belong to one connection. Source: RFC 9110, section 7.6.1. */
const HOP_BY_HOP = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade'],
]);

interface ForwardOptions {
  job: EgressJob;
  guard: Guard;
  request: IncomingMessage;
  response: ServerResponse;
}

/** Serves one plain-http request in absolute form. Whatever goes wrong is an empty 502, and noted in the job. */
export function forwardRequest({ job, guard, request, response }: ForwardOptions): void {
  job.own(request.socket);
  const url = parseUrl(request.url ?? '');
  if (url?.protocol !== 'http:') {
    refuse(response);
    return;
  }
  const target = { host: url.hostname, port: portOf(url) };
  try {
    // A kept-alive socket is not dialled again, so what the URL alone says is asked for every request.
    guard.checkUrl(url);
  } catch (error) {
    job.noteError(target, error);
    refuse(response);
    return;
  }
  const outgoing = httpRequest({
    ...target,
    agent: job.agent,
    method: request.method,
    path: `${url.pathname}${url.search}`,
    headers: { ...endToEnd(request.headers), host: url.host },
  });
  outgoing.once('error', (error) => {
    job.noteError(target, error);
    refuse(response);
  });
  outgoing.once('response', (incoming) => void relay(job, incoming, response));
  response.once('close', () => outgoing.destroy());
  pipeline(request, job.meter(), outgoing).catch(() => outgoing.destroy());
}

async function relay(job: EgressJob, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    response.writeHead(
      incoming.statusCode ?? 502,
      incoming.statusMessage ?? '',
      endToEndRaw(incoming.rawHeaders),
    );
    await pipeline(incoming, job.meter(), response);
  } catch {
    // A header that Node will not write, or a body that broke off: the browser must see a broken answer, not a short one.
    response.destroy();
  }
}

function refuse(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(502, { 'content-length': '0', connection: 'close' }).end();
}

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = connectionOptions(headers.connection);
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !named.has(name)),
  );
}

function endToEndRaw(raw: string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    if (!HOP_BY_HOP.has(name.toLowerCase())) kept.push(name, raw[i + 1] ?? '');
  }
  return kept;
}

function connectionOptions(value: string | undefined): Set<string> {
  return new Set((value ?? '').split(',').map((name) => name.trim().toLowerCase()));
}
