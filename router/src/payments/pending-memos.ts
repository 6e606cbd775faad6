import { normaliseMemo } from '@watt/shared';

const LIFE_MS = 90_000;
const MAX_MEMOS = 10_000;

/** Memos seen at `processed`: a payment is on its way, so nobody must be told that there is none. Kept in memory, for minutes. */
export interface PendingMemos {
  add(memo: string): void;
  has(memo: string): boolean;
  remove(memo: string): void;
}

export function createPendingMemos(clock: () => number): PendingMemos {
  const seen = new Map<string, number>();
  return {
    add(memo) {
      const key = normaliseMemo(memo);
      seen.delete(key);
      seen.set(key, clock() + LIFE_MS);
      for (const [oldest, until] of seen) {
        if (seen.size <= MAX_MEMOS && until > clock()) break;
        seen.delete(oldest);
      }
    },
    has: (memo) => (seen.get(normaliseMemo(memo)) ?? 0) > clock(),
    remove: (memo) => void seen.delete(normaliseMemo(memo)),
  };
}
