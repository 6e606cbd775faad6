import type { ChainHint } from './solana.ts';
import { Sweeper, type SweeperOptions, type SweepRange } from './sweeper.ts';

export interface WatcherOptions extends SweeperOptions {
  pollMs: number;
  /** Called for a transaction seen at `processed`: on its way, not proven. */
  onProcessed(hint: ChainHint): void;
}

export interface Watcher {
  start(): void;
  /** Reads what is new right now; callers at the same time share one sweep. Rejects when the RPC does not answer. */
  sync(): Promise<void>;
  /**
   * Reads everything up to a finalized slot, from a node that has seen it; `downTo` reads again further back than usual. False when a
   * transaction up to the slot is listed and cannot be read yet.
   */
  readThrough(slot: bigint, downTo?: bigint): Promise<boolean>;
  /** Milliseconds since the last sweep that succeeded; Infinity before the first. */
  ageMs(): number;
  stop(): Promise<void>;
}

const HINT_TRIES = 3;
const HINT_RETRY_MS = 400;

/** Follows our token account: websocket notices make it quick, sweeps down to a finalized cursor make it complete. */
export function createWatcher(options: WatcherOptions): Watcher {
  const { solana, logger, ours } = options;
  const sweeper = new Sweeper(options);
  const unwatch: (() => void)[] = [];
  const retries = new Set<NodeJS.Timeout>();
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<bigint | null> | null = null;
  let next: Promise<void> | null = null;
  let lastSweepAt = Number.NEGATIVE_INFINITY;
  let isStopped = false;

  /** One sweep at a time: orphans are counted by sweeps. */
  const run = async (range?: SweepRange): Promise<bigint | null> => {
    const sweeping = sweeper.sweep(range);
    current = sweeping.finally(() => {
      current = null;
    });
    // Its failure is told to whoever asked for this sweep.
    current.catch(() => undefined);
    const oldestUnread = await current;
    lastSweepAt = performance.now();
    return oldestUnread;
  };

  const sync = (): Promise<void> => {
    if (current !== null) {
      // The sweep that runs may have listed before this caller's payment landed: share the one after it.
      next ??= current
        .catch(() => undefined)
        .then(() => {
          next = null;
          return sync();
        });
      return next;
    }
    return run().then(() => undefined);
  };

  const schedule = (ms: number): void => {
    if (!isStopped) timer = setTimeout(poll, ms);
  };

  const poll = (): void => {
    // Whoever asked for a sweep meanwhile has done this one's work.
    const restMs = options.pollMs - (performance.now() - lastSweepAt);
    if (restMs > 0) {
      schedule(restMs);
      return;
    }
    sync()
      .catch((error: unknown) => logger.warn({ err: error }, 'the chain could not be read; trying again'))
      .finally(() => schedule(options.pollMs));
  };

  const onConfirmed = (hint: ChainHint, triesLeft = HINT_TRIES): void => {
    if (hint.failed || isStopped || triesLeft === 0) return;
    sweeper
      .read([{ signature: hint.signature, finalized: false }])
      .then((unread) => {
        if (unread.length === 0) return;
        // The websocket was quicker than the node that answers reads.
        const retry = setTimeout(() => {
          retries.delete(retry);
          onConfirmed(hint, triesLeft - 1);
        }, HINT_RETRY_MS);
        retries.add(retry);
      })
      .catch((error: unknown) =>
        logger.warn(
          { err: error, signature: hint.signature },
          'a payment notice could not be read; the next sweep will',
        ),
      );
  };

  return {
    start() {
      unwatch.push(solana.watchHints(ours.tokenAccount, 'processed', options.onProcessed));
      unwatch.push(solana.watchHints(ours.tokenAccount, 'confirmed', (hint) => onConfirmed(hint)));
      poll();
    },
    sync,
    async readThrough(slot, downTo) {
      while (current !== null) await current.catch(() => undefined);
      const oldestUnread = await run({ minSlot: slot, ...(downTo !== undefined && { downTo }) });
      return oldestUnread === null || oldestUnread > slot;
    },
    ageMs: () => performance.now() - lastSweepAt,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      for (const retry of retries) clearTimeout(retry);
      for (const undo of unwatch.splice(0)) undo();
      await Promise.allSettled([current, next]);
    },
  };
}
