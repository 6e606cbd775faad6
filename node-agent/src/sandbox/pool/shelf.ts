import type { TakenContainer } from '../container-source.ts';

interface Kept {
  taken: TakenContainer;
  since: number;
}

/** Containers that wait, by kind. One that ends while it waits is taken off by itself, and `onLost` is called. */
export interface Shelf {
  put(key: string, taken: TakenContainer): void;
  /** The one that has waited longest, never to come back; undefined when there is none. */
  take(key: string): TakenContainer | undefined;
  count(key: string): number;
  counts(): Record<string, number>;
  /** Throws out, in the background, what is beyond the plan or has waited too long. */
  trim(plan: ReadonlyMap<string, number>, maxIdleMs: number): void;
  /** Throws out everything, and waits until it is gone. */
  clear(): Promise<void>;
}

export function createShelf(now: () => number, onLost: () => void): Shelf {
  const shelves = new Map<string, Kept[]>();
  const leaving = new Set<Promise<void>>();

  function throwOut({ taken }: Kept): void {
    // A container that cannot be removed carries a deadline, after which a sweep takes it.
    const gone: Promise<void> = taken
      .release()
      .catch(() => {})
      .finally(() => leaving.delete(gone));
    leaving.add(gone);
  }

  return {
    put(key, taken) {
      const kept = { taken, since: now() };
      const shelf = shelves.get(key) ?? [];
      shelf.push(kept);
      shelves.set(key, shelf);
      void taken.container.closed.then(() => {
        const place = shelf.indexOf(kept);
        if (place < 0) return;
        shelf.splice(place, 1);
        throwOut(kept);
        onLost();
      });
    },
    take: (key) => shelves.get(key)?.shift()?.taken,
    count: (key) => shelves.get(key)?.length ?? 0,
    counts() {
      const filled = [...shelves].filter(([, shelf]) => shelf.length > 0);
      return Object.fromEntries(filled.map(([key, shelf]) => [key, shelf.length]));
    },
    trim(plan, maxIdleMs) {
      for (const [key, shelf] of shelves) {
        while (shelf.length > (plan.get(key) ?? 0) || now() - (shelf[0]?.since ?? now()) > maxIdleMs) {
          const oldest = shelf.shift();
          if (!oldest) break;
          throwOut(oldest);
        }
      }
    },
    async clear() {
      for (const shelf of shelves.values()) for (const kept of shelf.splice(0)) throwOut(kept);
      while (leaving.size > 0) await Promise.all(leaving);
    },
  };
}
