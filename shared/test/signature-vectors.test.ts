import { describe, expect, test } from 'vitest';
import { createSigningKey } from '../src/signing/ed25519.ts';
import { type SignatureDomain, signText, verifyText, walletStatement } from '../src/signing/signed-text.ts';
import { bareVerify, referenceKey, referenceVerify } from '../vectors/reference.ts';
import { readVectors } from './read-vectors.ts';

const vectors = readVectors('signatures.json');

describe.each(vectors)('$name', (vector) => {
  const { public_key, domain, text, signature, valid } = vector;

  test('node:crypto', () => {
    expect(verifyText(public_key, domain as SignatureDomain, text, signature)).toBe(valid);
  });

  test('tweetnacl with the checks it leaves to its caller', () => {
    expect(referenceVerify(public_key, domain, text, signature)).toBe(valid);
  });

  test('tweetnacl alone', () => {
    expect(bareVerify(public_key, domain, text, signature)).toBe(vector.bare_library_accepts ?? valid);
  });
});

test('node:crypto signs byte for byte what tweetnacl signed', () => {
  const signed = vectors.filter(({ valid, domain }) => valid && domain === 'watt/frame/1');
  expect(signed.length).toBeGreaterThan(2);
  const key = createSigningKey(new Uint8Array(32).fill(1));
  expect(key.secret).toEqual(referenceKey(1).secret);
  for (const { public_key, text, signature } of signed) {
    expect(public_key).toBe(key.publicKey);
    expect(signText(key, 'watt/frame/1', text)).toBe(signature);
  }
});

test('the wallet statement has its words', () => {
  const statement = walletStatement({
    nodeId: referenceKey(3).publicKey,
    wallet: referenceKey(4).publicKey,
  });
  expect(vectors.find(({ name }) => name === 'wallet statement')?.text).toBe(statement);
});
