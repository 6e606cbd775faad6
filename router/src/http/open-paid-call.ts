import { AppError } from '@watt/shared';
import type { PaidCall, PaidCallRequest, X402 } from '../x402/x402.ts';

/** A payment that nobody here can settle is refused, so that its payer does not wait for what will not come. */
export function openPaidCall(x402: X402 | null, request: PaidCallRequest): PaidCall | null {
  if (x402) return x402.open(request);
  if (request.headers['payment-signature'] === undefined) return null;
  throw new AppError('X402_UNAVAILABLE', { detail: 'x402 is not offered here; pay by memo' });
}
