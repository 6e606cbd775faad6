import type { ChainHint } from './solana.ts';
import { Sweeper, type SweeperOptions } from './sweeper.ts';

export interface WatcherOptions extends SweeperOptions {
  pollMs: number;
  /** Called for a transaction seen at `processed`: on its way, not proven. */
  onProcessed(hint: ChainHint): void;
}

export interface Watcher {
  start(): void;
  /** Reads what is new right now; callers at the same time share one sweep. Rejects when the RPC does not answer. */
  sync(): Promise<void>;
  /** Milliseconds since the last sweep that succeeded; Infinity before the first. */
  ageMs(): number;
  stop(): Promise<void>;
}

/** Follows our token account: websocket notices make it quick, sweeps down to a finalized cursor make it complete. */
export function createWatcher(options: WatcherOptions): Watcher {
  const { solana, logger, ours } = options;
  const sweeper = new Sweeper(options);
  const unwatch: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  let lastSweepAt = Number.NEGATIVE_INFINITY;
  let isStopped = false;

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
    current = sweeper
      .sweep()
      .then(() => {
        lastSweepAt = performance.now();
      })
      .finally(() => {
        current = null;
      });
    return current;
  };

  const poll = (): void => {
    sync()
      .catch((error: unknown) => logger.warn({ err: error }, 'the chain could not be read; trying again'))
      .finally(() => {
        if (!isStopped) timer = setTimeout(poll, options.pollMs);
      });
  };

  const onConfirmed = (hint: ChainHint): void => {
    if (hint.failed || isStopped) return;
    sweeper
      .read([{ signature: hint.signature, finalized: false }])
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
      unwatch.push(solana.watchHints(ours.tokenAccount, 'confirmed', onConfirmed));
      poll();
    },
    sync,
    ageMs: () => performance.now() - lastSweepAt,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      for (const undo of unwatch.splice(0)) undo();
      await Promise.allSettled([current, next]);
    },
  };
}
