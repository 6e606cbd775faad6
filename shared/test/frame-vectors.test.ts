import { expect, test } from 'vitest';
import { createSigningKey } from '../src/signing/ed25519.ts';
import { encodeFrame, openFrame, splitFrame } from '../src/wire/frame.ts';
import { referenceVerify } from '../vectors/reference.ts';
import { readVectors } from './read-vectors.ts';

const vectors = readVectors('frames.json');

test.each(vectors)('$name', ({ public_key, text, fault, header, body }) => {
  const frame = splitFrame(text);
  if (fault === 'not_a_frame') return expect(frame).toBeNull();
  if (!frame) throw new Error('splitFrame refused a frame');
  // The second implementation agrees on the signature, which is the part of a frame that it has.
  const isSigned = referenceVerify(public_key, 'watt/frame/1', frame.header, frame.signature);
  expect(isSigned).toBe(fault !== 'bad_signature');
  expect(openFrame(frame, public_key)).toEqual(fault ? { fault } : { header });
  if (!fault) expect(frame.body).toBe(body);
});

test('encodeFrame writes the good frames letter for letter', () => {
  const key = createSigningKey(new Uint8Array(32).fill(11));
  const good = vectors.filter(({ fault }) => fault === null);
  expect(good.length).toBeGreaterThan(3);
  for (const { text, header, body } of good) {
    const { body_sha256, ...rest } = header ?? {};
    expect(encodeFrame(key, rest, body)).toBe(text);
  }
});
