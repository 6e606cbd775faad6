/** Works that have begun and not ended, so that a close can wait for them. */
export interface Underway {
  /** Settles as the work does. */
  track<T>(work: Promise<T>): Promise<T>;
  /** Resolves when nothing is under way any more. */
  idle(): Promise<void>;
}

export function createUnderway(): Underway {
  const works = new Set<Promise<unknown>>();
  return {
    track(work) {
      const settled: Promise<unknown> = work.catch(() => {}).finally(() => works.delete(settled));
      works.add(settled);
      return work;
    },
    async idle() {
      while (works.size > 0) await Promise.allSettled(works);
    },
  };
}
