import type { Requirements } from './payment-header.ts';
import { type OfferTerms, type PricedRequest, requirementsFor } from './requirements.ts';

/** What `PAYMENT-REQUIRED` carries. */
export interface PaymentRequired {
  x402Version: 2;
  error: string;
  resource: { url: string; description: string; mimeType: string };
  accepts: Requirements[];
}

/** The header's content; about 1 KiB, for proxies cut long headers. */
export function paymentRequired(
  terms: OfferTerms,
  resource: { url: string; description: string },
  { error, request }: { error: string; request: PricedRequest },
): PaymentRequired {
  return {
    x402Version: 2,
    error,
    resource: { ...resource, mimeType: 'application/json' },
    accepts: [requirementsFor(terms, request)],
  };
}

/** What a stock client must be told first, since it pays in known dollars only: `client.setSpendControls(…)` of `@x402/fetch`. */
export function spendControls(terms: OfferTerms, maxAmount: string): Record<string, unknown> {
  return {
    allowedAssets: [{ network: terms.network, asset: terms.mint, maxAmountPerPayment: maxAmount }],
  };
}
