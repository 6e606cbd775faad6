import type { Logger } from 'pino';
import type { SqlClient } from '../db/connect.ts';
import type { WatchedChain } from './compare-with-chain.ts';
import { freezePayouts } from './freezes.ts';
import { type CheckResult, createChecks } from './reconcile-once.ts';
import { saveReconciliation } from './save-reconciliation.ts';

export interface ReconcilerOptions {
  sql: SqlClient;
  chain: WatchedChain;
  feePayerLamports(): Promise<bigint | null>;
  everySeconds: number;
  clock: () => number;
  logger: Logger;
}

export interface LastCheck extends CheckResult {
  /** Unix milliseconds. */
  at: number;
}

/** Compares chain, records and ledger for as long as the router runs, and freezes payouts where they differ. */
export interface Reconciler {
  start(): void;
  /** Checks now. Rejects when chain or database do not answer: then the last check grows old. */
  check(): Promise<LastCheck>;
  /** Checks soon, for tokens were seen to leave. */
  nudge(): void;
  /** The last check that could be made by this process, and how old it may be before it says nothing. */
  last(): LastCheck | null;
  readonly staleAfterMs: number;
  stop(): Promise<void>;
}

const FULL_EVERY_MS = 3_600_000;
const AGAIN_MS = 5000;
const NUDGE_MS = 200;
const STALE_INTERVALS = 3;
const STALE_MARGIN_MS = 30_000;

export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { sql, clock, logger } = options;
  const everyMs = options.everySeconds * 1000;
  const checks = createChecks(options);
  let last: LastCheck | null = null;
  let lastFullAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<LastCheck> | null = null;
  let isStarted = false;

  const runOnce = async (): Promise<LastCheck> => {
    const isFull = clock() - lastFullAt >= FULL_EVERY_MS;
    const result = await checks.run({ isFull });
    for (const freeze of await freezePayouts(sql, result.findings)) {
      const { cause, subject, detail, id } = freeze;
      logger.error({ freeze: `${id}`, cause, subject, detail }, 'payouts are frozen');
    }
    await saveReconciliation(sql, result.reconciliation);
    if (isFull) lastFullAt = clock();
    last = { ...result, at: clock() };
    return last;
  };

  const check = (): Promise<LastCheck> => {
    current ??= runOnce().finally(() => {
      current = null;
    });
    return current;
  };

  const schedule = (ms: number): void => {
    clearTimeout(timer);
    if (isStarted) timer = setTimeout(loop, ms);
  };

  const loop = (): void => {
    check()
      .then(({ isPending }) => schedule(isPending ? Math.min(everyMs, AGAIN_MS) : everyMs))
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'the books could not be compared with the chain; trying again');
        schedule(Math.min(everyMs, AGAIN_MS));
      });
  };

  return {
    staleAfterMs: STALE_INTERVALS * everyMs + STALE_MARGIN_MS,
    start() {
      isStarted = true;
      loop();
    },
    check,
    nudge: () => schedule(NUDGE_MS),
    last: () => last,
    async stop() {
      isStarted = false;
      clearTimeout(timer);
      await current?.catch(() => undefined);
    },
  };
}
