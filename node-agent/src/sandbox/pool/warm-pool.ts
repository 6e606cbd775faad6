import type { ContainerNeed, ContainerSource, TakenContainer } from '../container-source.ts';
import { LANGUAGE_TABLE, type Language, runsAnywhere } from '../languages.ts';
import type { OpenContainer } from '../open-container.ts';
import { createDemand } from './demand.ts';
import { openWaiting } from './open-waiting.ts';
import { type PoolKind, planPool } from './plan-pool.ts';
import type { PoolSettings } from './pool-settings.ts';
import { createShelf, type Shelf } from './shelf.ts';

/** Making containers takes the processor from jobs that run, so it begins when none was taken for this long, but at last after the second. */
const QUIET_MS = 50;
const MAX_WAIT_MS = 1_000;
const REVIEW_MS = 15_000;
const BACK_OFF_MS = 1_000;
const MAX_BACK_OFF_MS = 60_000;

export interface WarmPoolOptions {
  settings: PoolSettings;
  open: OpenContainer;
  /** Serves what the pool has not. */
  cold: ContainerSource;
  /** How long after it was taken a container may be needed, at the most. */
  useMs: number;
  now: () => number;
  onTrouble: (error: unknown) => void;
}

export interface WarmPool extends ContainerSource {
  /** Begins to keep containers ready. Resolves when those are that are kept whatever the demand, or could not be made. */
  start(): Promise<void>;
  /** Containers that wait, by language and memory as in `python:256`. */
  ready(): Record<string, number>;
  close(): Promise<void>;
}

/**
 * Keeps containers with a waiting interpreter for what is asked for most, and makes up for each that was taken once the machine
 * has time. A container is handed out once. Whatever is not there is made when it is asked for.
 */
export function createWarmPool(options: WarmPoolOptions): WarmPool {
  const { settings, open, cold, now } = options;
  const shelf = createShelf(now, () => schedule(QUIET_MS));
  const demand = createDemand<string>();
  let state: 'idle' | 'running' | 'closed' = 'idle';
  let timer: NodeJS.Timeout | undefined;
  let tending: Promise<void> | null = null;
  let takenAt = 0;
  let makingCold = 0;
  let backOffMs = 0;
  let missingSince: number | undefined;

  /** Discards what is too many or too old, then makes one after the other until all that is planned is there. */
  async function tend(): Promise<void> {
    while (state === 'running') {
      const plan = planPool(kindsOf(settings.base, demand.bursts(now())), {
        memoryMb: settings.budgetMb,
        maxEach: settings.maxEach,
      });
      shelf.trim(plan, settings.maxIdleMs);
      const missing = [...plan].find(([key, count]) => shelf.count(key) < count)?.[0];
      if (missing === undefined) {
        missingSince = undefined;
        return schedule(REVIEW_MS);
      }
      missingSince ??= now();
      // A job that has to wait for its container must not wait longer for the sake of later ones.
      const isBusy = makingCold > 0 || now() - takenAt < QUIET_MS;
      if (isBusy && now() - missingSince < MAX_WAIT_MS) return schedule(QUIET_MS);
      await make(missing);
      missingSince = now();
      if (backOffMs > 0) return schedule(backOffMs);
    }
  }

  async function make(key: string): Promise<void> {
    try {
      const lifeMs = settings.maxIdleMs + options.useMs;
      const made = await openWaiting(open, { ...fromKey(key), lifeMs });
      if (state === 'running') shelf.put(key, made);
      else await made.release();
      backOffMs = 0;
    } catch (error) {
      backOffMs = Math.min(MAX_BACK_OFF_MS, Math.max(BACK_OFF_MS, backOffMs * 2));
      options.onTrouble(error);
    }
  }

  function schedule(ms: number): void {
    clearTimeout(timer);
    if (state !== 'running') return;
    timer = setTimeout(run, ms);
    timer.unref();
  }

  function run(): void {
    tending ??= tend()
      .catch(options.onTrouble)
      .finally(() => {
        tending = null;
      });
  }

  return {
    async take(need) {
      takenAt = now();
      const isKept = settings.tiersMb.includes(need.memoryMb) && runsAnywhere(need.language);
      if (state === 'running' && isKept && LANGUAGE_TABLE[need.language].waiting)
        demand.note(keyOf(need.language, need.memoryMb), takenAt);
      const warm = isKept ? pick(shelf, need) : undefined;
      if (tending === null && backOffMs === 0) schedule(QUIET_MS);
      if (warm) return { ...warm, isWarm: true };
      makingCold += 1;
      try {
        return await cold.take(need);
      } finally {
        makingCold -= 1;
      }
    },
    async start() {
      if (state !== 'idle') return;
      state = 'running';
      run();
      await tending;
    },
    ready: () => shelf.counts(),
    async close() {
      state = 'closed';
      clearTimeout(timer);
      await tending;
      await shelf.clear();
    },
  };
}

/** What may be worth keeping: the base, and whatever was asked for lately. */
function kindsOf(base: PoolSettings['base'], bursts: ReadonlyMap<string, number>): Map<string, PoolKind> {
  const baseKeys = base.map(({ language, memoryMb }) => keyOf(language, memoryMb));
  return new Map(
    [...new Set([...baseKeys, ...bursts.keys()])].map((key) => {
      const idleMb = LANGUAGE_TABLE[fromKey(key).language].waiting?.idleMb ?? Number.POSITIVE_INFINITY;
      return [key, { idleMb, wanted: bursts.get(key) ?? 0, isBase: baseKeys.includes(key) }];
    }),
  );
}

/** One whose interpreter can take the job over; else any of this size, in which a fresh interpreter starts. */
function pick(shelf: Shelf, { language, memoryMb, canResume }: ContainerNeed): TakenContainer | undefined {
  const own = keyOf(language, memoryMb);
  const others = Object.keys(LANGUAGE_TABLE).map((name) => keyOf(name as Language, memoryMb));
  // Most first, so that no language is left without.
  others.sort((a, b) => shelf.count(b) - shelf.count(a));
  for (const key of canResume ? [own, ...others] : others) {
    const found = shelf.take(key);
    if (found) return found;
  }
  return undefined;
}

function keyOf(language: Language, memoryMb: number): string {
  return `${language}:${memoryMb}`;
}

function fromKey(key: string): { language: Language; memoryMb: number } {
  const [language, memoryMb] = key.split(':');
  return { language: language as Language, memoryMb: Number(memoryMb) };
}
