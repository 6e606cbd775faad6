import { setTimeout as sleep } from 'node:timers/promises';
import { createBackOff } from './back-off.ts';
import type { NodeLogger } from './node-logger.ts';
import { openSession, type SessionOptions } from './open-session.ts';
import { ConnectFault, type SessionEnd } from './session-end.ts';

export interface StayConnectedOptions extends SessionOptions {
  backOffMinMs: number;
  backOffMaxMs: number;
  /** A session that lasted this long puts the back-off to its start. */
  stableMs: number;
  random: () => number;
  logger: NodeLogger;
  /** A session is over, or none came about; `retryMs` is the wait until the next try. */
  onEnd: (end: SessionEnd, retryMs: number) => void;
}

// Coming back at once would throw out the other process, or ask again for what was refused.
const SLOW_RETURN = new Set(['replaced', 'protocol_version', 'wrong_router_key', 'wrong_address', 'banned']);

/** Keeps one session with the router at a time until the signal aborts; a session that is open then is the caller's to end. */
export async function stayConnected(options: StayConnectedOptions, signal: AbortSignal): Promise<void> {
  const { backOffMinMs: minMs, backOffMaxMs: maxMs, stableMs, random, logger, clock } = options;
  const backOff = createBackOff({ minMs, maxMs, random });
  while (!signal.aborted) {
    let openedAt = Number.POSITIVE_INFINITY;
    const end = await oneSession(options, signal, () => {
      openedAt = clock();
    });
    if (signal.aborted) return;
    if (clock() - openedAt >= stableMs) backOff.reset();
    const retryMs = SLOW_RETURN.has(end.code) ? backOff.long() : backOff.next();
    logger.warn({ code: end.code, retryMs }, `not connected: ${end.message}`);
    options.onEnd(end, retryMs);
    // An abort while waiting is the ordinary end of this loop.
    await sleep(retryMs, undefined, { signal }).catch(() => undefined);
  }
}

async function oneSession(
  options: StayConnectedOptions,
  signal: AbortSignal,
  onOpen: () => void,
): Promise<SessionEnd> {
  try {
    const session = await openSession(options, signal);
    onOpen();
    return await session.closed;
  } catch (error) {
    if (error instanceof ConnectFault) return { code: error.code, message: error.message };
    throw error;
  }
}
