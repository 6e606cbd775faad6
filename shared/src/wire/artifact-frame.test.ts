import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256Hex } from '../canonical.ts';
import { decodeArtifactFrame, encodeArtifactFrame } from './artifact-frame.ts';

test('bytes come back under their hash', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
      const decoded = decodeArtifactFrame(encodeArtifactFrame(bytes));
      expect(decoded?.sha256).toBe(sha256Hex(bytes));
      expect(Buffer.from(decoded?.bytes ?? [])).toEqual(Buffer.from(bytes));
    }),
  );
});

test('a flipped bit, a cut and a short frame are refused', () => {
  const frame = encodeArtifactFrame(Buffer.from('picture'));
  for (let at = 0; at < frame.length; at += 1) {
    const flipped = Buffer.from(frame);
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    expect(decodeArtifactFrame(flipped)).toBeNull();
  }
  expect(decodeArtifactFrame(frame.subarray(0, -1))).toBeNull();
  expect(decodeArtifactFrame(new Uint8Array(31))).toBeNull();
});
