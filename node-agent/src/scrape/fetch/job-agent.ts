import type { Agent } from 'undici';
import { createGuardedAgent } from '../../guard/guarded-connector.ts';
import type { UpstreamError } from '../../guard/upstream/upstream-error.ts';
import type { PhaseTimes } from '../phase-times.ts';
import type { FetchRooms } from './fetch-page.ts';

const HTTP_1 = 'http/1.1';

export interface JobAgent {
  agent: Agent;
  /** What the connection to the URL's origin speaks, by ALPN's name. */
  protocolOf(url: URL): string;
  /** Leaves a proxy that failed, for all, and takes another for the rest of this job. */
  changeUpstream(failed: UpstreamError): void;
}

/** A client for one job: it keeps to one of the operator's proxies, and its connections end with it. */
export function createJobAgent(
  { guard, startTls, upstreams, protocols, limits }: FetchRooms,
  { times, signal }: { times: PhaseTimes; signal: AbortSignal },
): JobAgent {
  let upstream = upstreams.choose();
  const spoken = new Map<string, string>();
  const agent = createGuardedAgent({
    ...{ guard, startTls, signal },
    way: () => ({ upstream, onPhase: times.add }),
    onTls: (ms) => times.add('tls', ms),
    onProtocol: (origin, alpn) => {
      protocols.note(origin, alpn);
      spoken.set(origin, alpn);
    },
    headersTimeoutMs: limits.headersTimeoutMs,
    bodyIdleMs: limits.bodyIdleMs,
  });
  return {
    agent,
    protocolOf: ({ origin }) => spoken.get(origin) ?? HTTP_1,
    changeUpstream(failed) {
      upstreams.suspend(failed.upstream);
      upstream = upstreams.choose();
    },
  };
}
