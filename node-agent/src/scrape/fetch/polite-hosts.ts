import { setTimeout as sleep } from 'node:timers/promises';
import { createSlots, type Slots } from '../slots.ts';

/** A site that says for how long it wants peace is left in peace for at most this. */
const MAX_PEACE_MS = 30_000;

/** Keeps this node from crowding a site, whoever's jobs they are. */
export interface PoliteHosts {
  /** A place among the requests to a host, given back by disposing of it. Rejects with the signal's reason. */
  enter(host: string, signal: AbortSignal): Promise<Disposable>;
  /** No new request begins for so long. */
  leaveInPeace(host: string, ms: number): void;
}

interface Visited {
  slots: Slots;
  users: number;
  /** On the clock of `performance.now()`. */
  peaceUntil: number;
}

export function createPoliteHosts(requestsPerHost: number): PoliteHosts {
  const hosts = new Map<string, Visited>();
  const find = (host: string): Visited => {
    const known = hosts.get(host);
    if (known) return known;
    const fresh = { slots: createSlots(requestsPerHost), users: 0, peaceUntil: 0 };
    hosts.set(host, fresh);
    return fresh;
  };
  const leave = (host: string, visited: Visited) => {
    visited.users -= 1;
    if (visited.users === 0 && visited.peaceUntil <= performance.now()) hosts.delete(host);
  };
  return {
    async enter(host, signal) {
      const visited = find(host);
      visited.users += 1;
      try {
        const slot = await visited.slots.acquire(signal);
        const peaceMs = visited.peaceUntil - performance.now();
        if (peaceMs > 0) await keepPeace(peaceMs, signal, slot);
        return {
          [Symbol.dispose]() {
            slot[Symbol.dispose]();
            leave(host, visited);
          },
        };
      } catch (error) {
        leave(host, visited);
        throw error;
      }
    },
    leaveInPeace(host, ms) {
      const visited = find(host);
      visited.peaceUntil = Math.max(visited.peaceUntil, performance.now() + Math.min(ms, MAX_PEACE_MS));
      // Whoever comes last afterwards takes the entry away; if nobody comes, this does.
      if (visited.users === 0) {
        visited.users += 1;
        setTimeout(() => leave(host, visited), MAX_PEACE_MS).unref();
      }
    },
  };
}

async function keepPeace(ms: number, signal: AbortSignal, slot: Disposable): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => slot[Symbol.dispose]());
  signal.throwIfAborted();
}
