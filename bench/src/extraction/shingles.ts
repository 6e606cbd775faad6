const LENGTH = 4;
const WORD = /[\p{L}\p{M}\p{N}_]+/gu;

export interface Match {
  precision: number;
  recall: number;
}

/** How much of a text was found and how much of what was found is of it, by runs of four words, as the public benchmark counts. */
export function matchTexts(truth: string, found: string): Match {
  const wanted = shingles(truth);
  const given = shingles(found);
  if (wanted.size === 0 && given.size === 0) return { precision: 1, recall: 1 };
  let both = 0;
  for (const [shingle, count] of wanted) both += Math.min(count, given.get(shingle) ?? 0);
  const all = (counts: Map<string, number>) => [...counts.values()].reduce((sum, count) => sum + count, 0);
  return { precision: share(both, all(given)), recall: share(both, all(wanted)) };
}

/** Of the means over all pages. */
export function f1({ precision, recall }: Match): number {
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}

function shingles(text: string): Map<string, number> {
  const words = text.match(WORD) ?? [];
  const counts = new Map<string, number>();
  if (words.length === 0) return counts;
  for (let at = 0; at <= Math.max(0, words.length - LENGTH); at += 1) {
    const shingle = words.slice(at, at + LENGTH).join(' ');
    counts.set(shingle, (counts.get(shingle) ?? 0) + 1);
  }
  return counts;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
