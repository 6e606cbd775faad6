import type { Logger } from 'pino';
import { DialError } from '../dial-error.ts';
import { reach } from './dial-upstream.ts';
import type { Upstream } from './parse-upstreams.ts';

const CHECK_EVERY_MS = 30_000;
const CHECK_MS = 5_000;

/** The operator's proxies, taken in turn. */
export interface UpstreamPool {
  /** The next proxy that works, for one whole job; null where the operator named none. Throws DialError when none works. */
  choose(): Upstream | null;
  /** Leaves a proxy out until it is reached again. */
  suspend(upstream: Upstream): void;
  /** Asks every proxy for a connection; also done every half minute. */
  check(): Promise<void>;
  close(): void;
}

/** Never falls back to a direct connection: who names proxies does not want the node's own address seen. */
export function createUpstreamPool(upstreams: readonly Upstream[], logger: Logger): UpstreamPool {
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
    await Promise.all(upstreams.map(checkOne));
  };
  const timer = upstreams.length === 0 ? undefined : setInterval(() => void check(), CHECK_EVERY_MS);
  timer?.unref();

  return {
    choose() {
      if (upstreams.length === 0) return null;
      const working = upstreams.filter((upstream) => !suspended.has(upstream));
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
