import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { publicKeyBytes } from '../ids.ts';
import { canSign } from './can-sign.ts';
import { createSigningKey } from './ed25519.ts';

const canSignAs = (address: string): boolean => {
  const bytes = publicKeyBytes(address);
  if (!bytes) throw new Error(`${address} is no address`);
  return canSign(bytes);
};

test('every key pair can sign', () => {
  for (let count = 0; count < 20; count += 1) expect(canSignAs(createSigningKey().publicKey)).toBe(true);
});

test.each([
  // Associated token accounts, as Solana’s own library derives them.
  'HMmAJQs7iRfuQDitZYutnwAVB5q1J2aoTN9TkYUiFQnY',
  'EB9ZqkjhdXeHDD9XW1aJ5YhStXzEv7faaBAE27KE36fi',
  'AL7nhD4PxBkdsGqJQHK9w3nMDosBjZXaX2TvktMCiJ7M',
])('nobody can sign for %s, which a program owns', (address) => {
  expect(canSignAs(address)).toBe(false);
});

test('nobody can sign for the system program, whose address every signature fits', () => {
  expect(canSignAs('1'.repeat(32))).toBe(false);
});

test('of these 64 digests 32 are keys, as Solana’s own library says too', () => {
  const digests = Array.from({ length: 64 }, (_, n) => createHash('sha256').update(`${n}`).digest());
  expect(digests.filter(canSign)).toHaveLength(32);
});
