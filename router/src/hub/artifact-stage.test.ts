import { encodeArtifactFrame, LIMITS, sha256Hex } from '@watt/shared';
import { expect, test } from 'vitest';
import { createArtifactStage } from './artifact-stage.ts';

const bytes = (text: string) => Buffer.from(text);
const ref = (text: string) => ({
  content_type: 'image/png',
  sha256: sha256Hex(text),
  size_bytes: text.length,
});

test('a result takes the files that it names', () => {
  const stage = createArtifactStage(100);
  expect(stage.put(encodeArtifactFrame(bytes('a')))).toBeNull();
  expect(stage.take([ref('a')])).toEqual(new Map([[sha256Hex('a'), bytes('a')]]));
  expect(stage.take([])).toEqual(new Map());
});

test.each([
  ['a file that never came', [], [ref('a')], 'missing_artifact'],
  ['another size than the file has', ['a'], [{ ...ref('a'), size_bytes: 2 }], 'missing_artifact'],
  ['a file that nothing names', ['a', 'b'], [ref('a')], 'unnamed_artifact'],
])('%s is a fault', (_, files, refs, fault) => {
  const stage = createArtifactStage(100);
  for (const file of files) stage.put(encodeArtifactFrame(bytes(file)));
  expect(stage.take(refs)).toEqual({ fault });
});

test('only as many files are kept as one result may have, and only small enough ones with their own hash', () => {
  const stage = createArtifactStage(2);
  for (let i = 0; i < LIMITS.artifactsPerResult; i += 1) stage.put(encodeArtifactFrame(bytes(`${i}`)));
  expect(stage.put(encodeArtifactFrame(bytes('0')))).toBeNull();
  expect(stage.put(encodeArtifactFrame(bytes('z')))).toBe('artifact_flood');
  expect(stage.put(encodeArtifactFrame(bytes('abc')))).toBe('artifact_too_large');
  const torn = encodeArtifactFrame(bytes('q'));
  torn[0] = (torn[0] ?? 0) ^ 1;
  expect(stage.put(torn)).toBe('bad_artifact_hash');
  expect(stage.put(bytes('short'))).toBe('bad_artifact_hash');
});
