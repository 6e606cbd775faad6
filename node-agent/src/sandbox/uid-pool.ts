export type UidPool = ReturnType<typeof createUidPool>;

export interface UidRange {
  first: number;
  count: number;
}

/** Above every uid that people and system services have, and above the usual ranges of rootless containers' own. */
export const DEFAULT_UID_RANGE: UidRange = { first: 2_000_000, count: 65_536 };

/**
 * Gives each job a uid that no other running job has: the kernel counts pending signals, message queues and inotify watches
 * by uid for the whole host, so jobs that shared one could starve each other.
 */
export function createUidPool(range: UidRange, startAt: number) {
  const taken = new Set<number>();
  let next = startAt % range.count;

  return {
    take(): number {
      for (let tried = 0; tried < range.count; tried += 1) {
        const uid = range.first + next;
        next = (next + 1) % range.count;
        if (!taken.has(uid)) {
          taken.add(uid);
          return uid;
        }
      }
      throw new Error(`all ${range.count} uids are taken`);
    },
    release(uid: number): void {
      taken.delete(uid);
    },
  };
}
