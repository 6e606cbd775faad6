import { isIP, type Socket } from 'node:net';
import { checkAnswer, checkTarget, type GuardRules, type Target } from './check-target.ts';
import { dial } from './dial.ts';
import { GuardRefusal } from './refusal.ts';
import { fewest, type Lookup, lookUpBySystem, resolveName } from './resolve-name.ts';
import { dialUpstream, type Reach, reachUpstream } from './upstream/dial-upstream.ts';
import type { Upstream } from './upstream/upstream.ts';

export interface GuardOptions extends GuardRules {
  /** Resolves a name to all its addresses; the system's resolver when left out. */
  lookup?: Lookup;
  /** Limit for resolving and for connecting, each. */
  connectTimeoutMs: number;
}

/** How a connection is made, where that is not straight from this machine. */
export interface Way {
  /** A proxy. What is asked of it is the checked address, never a name. */
  upstream?: Upstream | null;
  /** Told what each step took, in milliseconds. */
  onPhase?: (phase: 'dns' | 'connect', ms: number) => void;
}

/** Decides what this node may reach. Every connection for a job is opened by `connect`, so nothing is dialled unchecked. */
export interface Guard {
  /** What can be said without resolving. Throws GuardRefusal. */
  checkUrl(url: URL): void;
  /** Resolves once, checks every address, and dials one of those very addresses. Throws GuardRefusal or DialError. */
  connect(target: Target, signal: AbortSignal, way?: Way): Promise<Socket>;
  /** A connection to a proxy itself. One that the router names must be a public address, as any page. Throws UpstreamError. */
  reach: Reach;
}

export function createGuard(options: GuardOptions): Guard {
  const lookup = options.lookup ?? lookUpBySystem;
  const timeoutMs = options.connectTimeoutMs;
  const reach: Reach = (upstream, signal) => {
    if (upstream.by === 'operator') return reachUpstream(upstream, signal);
    // Neither the ports nor the domains of pages say anything about proxies.
    const { connect } = createGuard({ ...options, ports: [upstream.port], domains: () => [] });
    return reachUpstream(upstream, signal, connect);
  };
  return {
    reach,
    checkUrl(url) {
      if (url.protocol !== 'http:' && url.protocol !== 'https:')
        throw new GuardRefusal('scheme', url.protocol);
      if (url.username !== '' || url.password !== '') throw new GuardRefusal('credentials', url.host);
      checkTarget({ host: url.hostname, port: portOf(url) }, options);
    },
    async connect({ host, port }, signal, { upstream = null, onPhase } = {}) {
      const name = checkTarget({ host, port }, options);
      const startedAt = performance.now();
      const isLiteral = isIP(name) !== 0;
      const addresses = isLiteral
        ? [{ address: name, family: isIP(name) }]
        : await resolveName(name, lookup, timeoutMs, signal);
      const resolvedAt = performance.now();
      if (!isLiteral) onPhase?.('dns', resolvedAt - startedAt);
      // One forbidden answer spoils the name: which of several a client picks is not for the name's owner to play with.
      if (!isNamedTarget(name, port, options)) {
        for (const { address } of addresses) checkAnswer(address, port, options);
      }
      const call = { addresses: fewest(addresses), port, timeoutMs, signal };
      const socket = upstream === null ? await dial(call) : await dialUpstream(upstream, { ...call, reach });
      onPhase?.('connect', performance.now() - resolvedAt);
      return socket;
    },
  };
}

/** The port a URL leads to, the scheme's own where none is written. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

/** A development target that is allowed by its name may be wherever its name leads. */
function isNamedTarget(name: string, port: number, { allowPrivate }: GuardRules): boolean {
  return allowPrivate.some((target) => target.host === name && target.port === port);
}
