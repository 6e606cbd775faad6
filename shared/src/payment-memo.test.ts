import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256Hex } from './canonical.ts';
import { parseJobId } from './ids.ts';
import { commitmentMemo, depositWallet, memosForJob, normaliseMemo } from './payment-memo.ts';
import { createSigningKey } from './signing/ed25519.ts';

const jobs = fc.tuple(fc.uuid(), fc.string()).map(([uuid, body]) => {
  const jobId = parseJobId(uuid);
  if (!jobId) throw new Error(`${uuid} is not a job id`);
  return { jobId, body, hash: sha256Hex(body) };
});

test('both memos of a job come back from the chain as they are looked up', () => {
  fc.assert(
    fc.property(jobs, ({ jobId, hash }) => {
      const [plain, commitment] = memosForJob(jobId, hash);
      expect(normaliseMemo(plain.toUpperCase())).toBe(plain);
      expect(normaliseMemo(` ${plain}\n`)).toBe(plain);
      expect(normaliseMemo(commitment)).toBe(commitment);
      expect(commitment).toMatch(/^w1:[A-Za-z0-9_-]{43}$/);
    }),
  );
});

test('the commitment is the written formula', () => {
  fc.assert(
    fc.property(jobs, ({ jobId, body, hash }) => {
      const inner = createHash('sha256').update(body).digest('hex');
      const outer = createHash('sha256').update(`${jobId}:${inner}`).digest('base64url');
      expect(commitmentMemo(jobId, hash)).toBe(`w1:${outer}`);
    }),
  );
});

test('two jobs share a commitment only if they are the same', () => {
  fc.assert(
    fc.property(jobs, jobs, (a, b) => {
      const isSame = a.jobId === b.jobId && a.hash === b.hash;
      expect(commitmentMemo(a.jobId, a.hash) === commitmentMemo(b.jobId, b.hash)).toBe(isSame);
    }),
  );
});

test('a deposit may name the wallet that it is for', () => {
  const wallet = createSigningKey().publicKey;
  expect(depositWallet(`deposit:${wallet}`)).toBe(wallet);
  expect(normaliseMemo(` DEPOSIT:${wallet}\n`)).toBe(`deposit:${wallet}`);
  const others = [
    'deposit',
    'deposit:',
    `deposit:${wallet} x`,
    `deposit:${wallet.slice(0, 20)}`,
    `x:${wallet}`,
  ];
  expect(others.map(depositWallet)).toEqual(others.map(() => null));
});

test('a wallet that nobody holds the key of is credited nothing', () => {
  expect(depositWallet(`deposit:${'1'.repeat(32)}`)).toBeNull();
  // A token account.
  expect(depositWallet('deposit:HMmAJQs7iRfuQDitZYutnwAVB5q1J2aoTN9TkYUiFQnY')).toBeNull();
});
