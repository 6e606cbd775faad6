import { createHash } from 'node:crypto';
import { type Service, sha256Hex, X402_MEMO_PREFIX } from '@watt/shared';
import type { Requirements } from './payment-header.ts';

/** What is the same in every offer. */
export interface OfferTerms {
  /** CAIP-2. */
  network: `solana:${string}`;
  mint: string;
  payTo: string;
  feePayer: string;
}

/** One job, and the exact request that it is for. */
export interface PricedRequest {
  jobId: string;
  service: Service;
  /** The exact bytes of the body. */
  raw: Uint8Array;
  /** Base units. */
  price: bigint;
}

// What the client may sign for; its transaction is too old before that.
const MAX_TIMEOUT_SECONDS = 120;
// What clients may add to, or change in, what they were offered: the SDK's `dynamicExtraFields`.
const DYNAMIC_EXTRAS = new Set(['recentBlockhash', 'lastValidBlockHeight']);

/** What every payment of this amount (base units) has in common. */
export function baseRequirements(terms: OfferTerms, amount: bigint): Requirements {
  return {
    scheme: 'exact',
    network: terms.network,
    asset: terms.mint,
    amount: `${amount}`,
    payTo: terms.payTo,
    maxTimeoutSeconds: MAX_TIMEOUT_SECONDS,
    extra: { feePayer: terms.feePayer, paymentFlow: 'upfront' },
  };
}

/** The one way to pay for this request over x402. The same request and job give the same requirements, letter for letter. */
export function requirementsFor(terms: OfferTerms, request: PricedRequest): Requirements {
  const base = baseRequirements(terms, request.price);
  return { ...base, extra: { ...base.extra, memo: paymentMemo(request), jobId: request.jobId } };
}

/**
 * The memo that a payment must carry: `x1:` + base64url(sha256(service, job id, hex(sha256(body)), one a line)). It binds the payment to this
 * very request, and says nothing about it to those who read the chain.
 */
export function paymentMemo({ service, jobId, raw }: Omit<PricedRequest, 'price'>): string {
  const text = `${service}\n${jobId}\n${sha256Hex(raw)}`;
  return X402_MEMO_PREFIX + createHash('sha256').update(text).digest('base64url');
}

/** Names the first member in which the payer's copy differs from ours; null when they agree. */
export function findMismatch(accepted: Requirements, ours: Requirements): string | null {
  for (const name of ['scheme', 'network', 'asset', 'amount', 'payTo', 'maxTimeoutSeconds'] as const) {
    if (accepted[name] !== ours[name]) return name;
  }
  const names = new Set([...Object.keys(accepted.extra), ...Object.keys(ours.extra)]);
  for (const name of names) {
    // All of ours are text.
    if (!DYNAMIC_EXTRAS.has(name) && accepted.extra[name] !== ours.extra[name]) return `extra.${name}`;
  }
  return null;
}
