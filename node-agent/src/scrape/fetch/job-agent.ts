import type { Agent } from 'undici';
import { createGuardedAgent } from '../../guard/guarded-connector.ts';
import type { UpstreamError } from '../../guard/upstream/upstream-error.ts';
import type { PhaseTimes } from '../phase-times.ts';
import { ScrapeFailure } from '../scrape-failure.ts';
import { asFetchError } from './fetch-error.ts';
import type { FetchRooms } from './fetch-page.ts';
import type { HttpVersion } from './request-headers.ts';

const [HTTP_1, HTTP_2] = ['http/1.1', 'h2'];

/** One request to the end of its answer; its headers have the letters of the version that will probably be spoken. */
export type Ask<T> = (agent: Agent, httpVersion: HttpVersion) => Promise<T>;

export interface JobAgent {
  /**
   * Asks the URL's origin, and where HTTP/2 broke asks once more by HTTP/1.1: what stands before servers often speaks only that well.
   * Throws what `ask` throws.
   */
  ask<T>(url: URL, ask: Ask<T>): Promise<T>;
  /** What the connection to the URL's origin speaks, by ALPN's name. */
  protocolOf(url: URL): string;
  /** Leaves a proxy that failed, for all, and takes another for the rest of this job. */
  changeUpstream(failed: UpstreamError): void;
  /** Cuts what is open. */
  close(): Promise<void>;
}

/** A client for one job: it keeps to one of the operator's proxies, and its connections end with it. */
export function createJobAgent(
  { guard, startTls, upstreams, protocols, limits }: FetchRooms,
  { times, signal }: { times: PhaseTimes; signal: AbortSignal },
): JobAgent {
  let upstream = upstreams.choose();
  const spoken = new Map<string, string>();
  const open = (offersHttp2: boolean) =>
    createGuardedAgent({
      ...{ guard, startTls, offersHttp2, signal },
      way: () => ({ upstream, onPhase: times.add }),
      onTls: (ms) => times.add('tls', ms),
      onProtocol: (origin, alpn) => {
        // What was not offered says nothing of the origin.
        if (offersHttp2) protocols.note(origin, alpn);
        spoken.set(origin, alpn);
      },
      headersTimeoutMs: limits.headersTimeoutMs,
      bodyIdleMs: limits.bodyIdleMs,
    });
  const agent = open(true);
  let plain: Agent | null = null;
  const keptToHttp1 = new Set<string>();
  const askPlainly = <T>(ask: Ask<T>): Promise<T> => {
    plain ??= open(false);
    return ask(plain, '1');
  };
  return {
    async ask(url, ask) {
      if (keptToHttp1.has(url.origin)) return askPlainly(ask);
      try {
        return await ask(agent, protocols.versionOf(url));
      } catch (error) {
        if (spoken.get(url.origin) !== HTTP_2 || !isOfConnection(error, signal)) throw error;
        const answer = await askPlainly(ask).catch((second) => {
          // HTTP/1.1 is not spoken there at all.
          throw isOf('tls', asFetchError(second, signal)) ? error : second;
        });
        keptToHttp1.add(url.origin);
        return answer;
      }
    },
    protocolOf: ({ origin }) => spoken.get(origin) ?? HTTP_1,
    changeUpstream(failed) {
      upstreams.suspend(failed.upstream);
      upstream = upstreams.choose();
    },
    async close() {
      await Promise.all([agent.destroy(), plain?.destroy()]);
    },
  };
}

/** Whether the connection or what is spoken on it failed, rather than what was said. */
function isOfConnection(error: unknown, signal: AbortSignal): boolean {
  const failure = asFetchError(error, signal);
  return failure !== error && (isOf('http', failure) || isOf('connect', failure));
}

function isOf(reason: ScrapeFailure['reason'], failure: unknown): boolean {
  return failure instanceof ScrapeFailure && failure.reason === reason;
}
