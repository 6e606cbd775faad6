/** Takes this close together count as one burst: about the time in which a pool makes up for a few of them. */
const BURST_MS = 2_000;
/** A burst is remembered whole for this long, and after the same time again with half of its size. */
const HALF_LIFE_MS = 300_000;
const FORGOTTEN = 0.5;

export interface Demand<Key> {
  note(key: Key, now: number): void;
  /** The largest recent burst of each key, fading after a while. */
  bursts(now: number): Map<Key, number>;
}

/** Remembers how many of a thing were asked for at once: that many are worth keeping ready. */
export function createDemand<Key>(): Demand<Key> {
  const seen = new Map<Key, { recent: number[]; peak: number; peakAt: number }>();

  function faded({ peak, peakAt }: { peak: number; peakAt: number }, now: number): number {
    return peak * 0.5 ** Math.max(0, (now - peakAt) / HALF_LIFE_MS - 1);
  }

  return {
    note(key, now) {
      const entry = seen.get(key) ?? { recent: [], peak: 0, peakAt: now };
      entry.recent = [...entry.recent.filter((at) => now - at < BURST_MS), now];
      if (entry.recent.length >= faded(entry, now)) {
        entry.peak = entry.recent.length;
        entry.peakAt = now;
      }
      seen.set(key, entry);
    },
    bursts(now) {
      for (const [key, entry] of seen) if (faded(entry, now) < FORGOTTEN) seen.delete(key);
      return new Map([...seen].map(([key, entry]) => [key, faded(entry, now)]));
    },
  };
}
