import type { Logger } from 'pino';
import { DialError } from '../dial-error.ts';
import type { Reach } from './dial-upstream.ts';
import type { Upstream } from './upstream.ts';

const CHECK_EVERY_MS = 30_000;
const CHECK_MS = 5_000;

/** The proxies of this node, taken in turn. */
export interface UpstreamPool {
  /** The next proxy that works, for one whole job; null where nobody named any. Throws DialError when none works. */
  choose(): Upstream | null;
  /** Leaves a proxy out until it is reached again. */
  suspend(upstream: Upstream): void;
  /** Asks every proxy for a connection; also done every half minute. */
  check(): Promise<void>;
  close(): void;
}

/** Never falls back to a direct connection: who names proxies does not want the node's own address seen. */
export function createUpstreamPool(options: {
  /** The same objects each time, until there are others. */
  upstreams: () => readonly Upstream[];
  reach: Reach;
  logger: Logger;
}): UpstreamPool {
  const { upstreams, reach, logger } = options;
  const suspended = new Set<Upstream>();
  const closing = new AbortController();
  let turn = 0;

  const suspend = (upstream: Upstream, cause?: unknown) => {
    if (!suspended.has(upstream)) logger.warn({ proxy: upstream.label, err: cause }, 'proxy left out');
    suspended.add(upstream);
  };
  const checkOne = async (upstream: Upstream) => {
    try {
      const socket = await reach(upstream, AbortSignal.any([closing.signal, AbortSignal.timeout(CHECK_MS)]));
      socket.destroy();
      if (suspended.delete(upstream)) logger.info({ proxy: upstream.label }, 'proxy works again');
    } catch (error) {
      if (!closing.signal.aborted) suspend(upstream, error);
    }
  };
  const check = async () => {
    const all = upstreams();
    for (const one of suspended) if (!all.includes(one)) suspended.delete(one);
    await Promise.all(all.map(checkOne));
  };
  const timer = setInterval(() => void check(), CHECK_EVERY_MS);
  timer.unref();

  return {
    choose() {
      const all = upstreams();
      if (all.length === 0) return null;
      const working = all.filter((upstream) => !suspended.has(upstream));
      const upstream = working[turn % Math.max(1, working.length)];
      turn += 1;
      if (!upstream) throw new DialError('connect', 'No proxy of this node works.');
      return upstream;
    },
    suspend,
    check,
    close() {
      clearInterval(timer);
      closing.abort(new Error('the node is closing'));
    },
  };
}
