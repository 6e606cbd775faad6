import type { Service } from '@watt/shared';
import type { Requirements } from './payment-header.ts';
import { type OfferTerms, type PricedRequest, requirementsFor } from './requirements.ts';

/** What `PAYMENT-REQUIRED` carries. */
export interface PaymentRequired {
  x402Version: 2;
  error: string;
  resource: { url: string; description: string; mimeType: string };
  accepts: Requirements[];
}

export const DESCRIPTIONS: Record<Service, string> = {
  scrape: 'Fetches a public web page and returns its text, HTML, JSON, Markdown or chosen parts.',
  execute: 'Runs a program in a sandbox without network and returns its output.',
};

/** The header's content; about 1 KiB, for proxies cut long headers. */
export function paymentRequired(
  terms: OfferTerms,
  { url, error, request }: { url: string; error: string; request: PricedRequest },
): PaymentRequired {
  return {
    x402Version: 2,
    error,
    resource: { url, description: DESCRIPTIONS[request.service], mimeType: 'application/json' },
    accepts: [requirementsFor(terms, request)],
  };
}

/** What a stock client must be told first, since it pays in known dollars only: `client.setSpendControls(…)` of `@x402/fetch`. */
export function spendControls(terms: OfferTerms, maxAmount: string): Record<string, unknown> {
  return {
    allowedAssets: [{ network: terms.network, asset: terms.mint, maxAmountPerPayment: maxAmount }],
  };
}
