import fc from 'fast-check';
import nacl from 'tweetnacl';
import { expect, test } from 'vitest';
import { createSigningKey, signingKeyFromSecret, verifySignature } from './ed25519.ts';

test('node:crypto and tweetnacl sign alike and verify each other', () => {
  const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(seeds, fc.uint8Array({ maxLength: 200 }), (seed, data) => {
      const key = createSigningKey(seed);
      const pair = nacl.sign.keyPair.fromSeed(seed);
      expect(key.secret).toEqual(pair.secretKey);
      const signature = Uint8Array.from(key.sign(data));
      expect(signature).toEqual(nacl.sign.detached(data, pair.secretKey));
      expect(verifySignature(key.publicKey, data, signature)).toBe(true);
      expect(nacl.sign.detached.verify(data, signature, pair.publicKey)).toBe(true);
    }),
    { numRuns: 20 },
  );
});

test('a secret is Solana’s 64 bytes, with the public key that belongs to it', () => {
  const { secret, publicKey } = createSigningKey();
  expect(signingKeyFromSecret(secret).publicKey).toBe(publicKey);
  const wrongHalf = Uint8Array.from(secret);
  wrongHalf[40] = (wrongHalf[40] ?? 0) ^ 1;
  expect(() => signingKeyFromSecret(wrongHalf)).toThrow(RangeError);
  expect(() => signingKeyFromSecret(secret.subarray(0, 32))).toThrow(RangeError);
  expect(() => createSigningKey(new Uint8Array(31))).toThrow(RangeError);
});

test('malformed keys and signatures are answered with false', () => {
  const data = new Uint8Array([1]);
  const key = createSigningKey();
  expect(verifySignature('', data, new Uint8Array(64))).toBe(false);
  expect(verifySignature('not a key', data, key.sign(data))).toBe(false);
  expect(verifySignature(key.publicKey, data, key.sign(data).subarray(1))).toBe(false);
});

test.each(['11111111111111111111111111111111', '4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofM'])(
  '%s is a point of small order, so no signature by it counts',
  (publicKey) => {
    const signature = new Uint8Array(64);
    signature[0] = 1;
    const accepted = Array.from({ length: 64 }, (_, i) =>
      verifySignature(publicKey, new Uint8Array([i]), signature),
    );
    expect(accepted).not.toContain(true);
  },
);
