import { describe, expect, it } from 'vitest';
import type { Requirements } from './payment-header.ts';
import { findMismatch, type PricedRequest, paymentMemo, requirementsFor } from './requirements.ts';

const terms = { network: 'solana:net', mint: 'mint', payTo: 'wallet', feePayer: 'fees' } as const;
const request: PricedRequest = {
  jobId: '6f0c3c6e-52b4-4d8b-9c53-0d6f0f6a0f11',
  service: 'scrape',
  raw: Buffer.from('{"url":"https://example.com/"}'),
  price: 200_000_000n,
};

describe('paymentMemo', () => {
  it('is the same for the same request, as published in docs/X402.md', () => {
    expect(paymentMemo(request)).toBe('x1:DEIXpnEvTvD4sZyGRajraU4uEULAgqBdoa0_I4VjYhM');
  });

  it.each<[string, Partial<PricedRequest>]>([
    ['job', { jobId: '6f0c3c6e-52b4-4d8b-9c53-0d6f0f6a0f12' }],
    ['service', { service: 'execute' }],
    ['body', { raw: Buffer.from('{"url":"https://example.com/" }') }],
  ])('is another for another %s', (_, more) => {
    expect(paymentMemo({ ...request, ...more })).not.toBe(paymentMemo(request));
  });
});

describe('findMismatch', () => {
  const ours = requirementsFor(terms, request);

  it('accepts what was offered, with what clients may add', () => {
    expect(findMismatch(structuredClone(ours), ours)).toBeNull();
    const extra = { ...ours.extra, recentBlockhash: 'hash', lastValidBlockHeight: '12' };
    expect(findMismatch({ ...ours, extra }, ours)).toBeNull();
  });

  it.each<[string, Partial<Record<keyof Requirements, unknown>>]>([
    ['scheme', { scheme: 'upto' }],
    ['network', { network: 'solana:other' }],
    ['asset', { asset: 'other' }],
    ['amount', { amount: '1' }],
    ['amount', { amount: 200_000_000 }],
    ['payTo', { payTo: 'other' }],
    ['maxTimeoutSeconds', { maxTimeoutSeconds: 1 }],
    ['extra.memo', { extra: { ...ours.extra, memo: 'x1:other' } }],
    ['extra.feePayer', { extra: { ...ours.extra, feePayer: ['fees'] } }],
    ['extra.more', { extra: { ...ours.extra, more: 1 } }],
    ['extra.feePayer', { extra: {} }],
  ])('names %s', (name, more) => {
    expect(findMismatch({ ...ours, ...more } as Requirements, ours)).toBe(name);
  });
});
