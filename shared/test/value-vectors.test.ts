import { describe, expect, test } from 'vitest';
import { canonicalJson, sha256Hex } from '../src/canonical.ts';
import { parseJobId } from '../src/ids.ts';
import { base, formatWatt, parseWatt, splitPrice } from '../src/money.ts';
import { commitmentMemo, memosForJob, normaliseMemo } from '../src/payment-memo.ts';
import { readVectors } from './read-vectors.ts';

const memos = readVectors('memos.json');
const money = readVectors('money.json');

test.each(memos.commitments)('memo of $job_id', ({ job_id, body, body_sha256, commitment }) => {
  const jobId = parseJobId(job_id);
  if (!jobId) throw new Error('not a job id');
  expect(sha256Hex(body)).toBe(body_sha256);
  expect(commitmentMemo(jobId, body_sha256)).toBe(commitment);
  expect(memosForJob(jobId, body_sha256)).toEqual([job_id, commitment]);
});

test.each(memos.seen)('memo seen as $seen', ({ seen, normalised }) => {
  expect(normaliseMemo(seen)).toBe(normalised);
});

test.each(readVectors('canonical.json'))('canonical JSON: $name', ({ input, canonical }) => {
  expect(canonicalJson(JSON.parse(input))).toBe(canonical);
  expect(canonicalJson(JSON.parse(canonical))).toBe(canonical);
});

describe('money', () => {
  test.each(money.splits)('splits $price', (vector) => {
    const shares = { nodeBps: vector.node_bps, burnBps: vector.burn_bps };
    expect(splitPrice(base(BigInt(vector.price)), shares)).toEqual({
      node: BigInt(vector.node),
      burn: BigInt(vector.burn),
      revenue: BigInt(vector.revenue),
    });
  });

  test.each(money.amounts)('reads "$text"', ({ text, base: units, written }) => {
    const amount = parseWatt(text);
    expect(amount).toBe(units === null ? null : BigInt(units));
    if (amount !== null) expect(formatWatt(amount)).toBe(written);
  });
});
