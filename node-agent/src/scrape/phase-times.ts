/** What a page's time went into. `wait` is for a place or a polite moment, `response` from the request to the first byte. */
export type Phase = 'wait' | 'dns' | 'connect' | 'tls' | 'response' | 'download' | 'render' | 'parse';

/** Milliseconds by phase, over all redirects and tries; phases that did not happen are left out. */
export type Timings = Partial<Record<Phase, number>>;

export interface PhaseTimes {
  add(phase: Phase, ms: number): void;
  /** Runs the work and books what it took, whatever becomes of it. */
  measure<T>(phase: Phase, work: () => Promise<T>): Promise<T>;
  /** What went into reaching servers so far. */
  connecting(): number;
  /** Rounded. */
  read(): Timings;
}

export function createPhaseTimes(): PhaseTimes {
  const sums: Timings = {};
  const add = (phase: Phase, ms: number) => {
    sums[phase] = (sums[phase] ?? 0) + ms;
  };
  return {
    add,
    async measure(phase, work) {
      const startedAt = performance.now();
      try {
        return await work();
      } finally {
        add(phase, performance.now() - startedAt);
      }
    },
    connecting: () => (sums.dns ?? 0) + (sums.connect ?? 0) + (sums.tls ?? 0),
    read: () => Object.fromEntries(Object.entries(sums).map(([phase, ms]) => [phase, Math.round(ms)])),
  };
}
