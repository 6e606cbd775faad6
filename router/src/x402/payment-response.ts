import type { SettlementView } from './settlement-store.ts';

/** What `PAYMENT-RESPONSE` carries: x402's settlement response. */
export interface PaymentResponse {
  success: boolean;
  /** The transaction's signature. */
  transaction: string;
  network: string;
  payer: string;
  /** Base units. */
  amount: string;
  errorReason?: 'settlement_pending' | 'transaction_failed' | 'transaction_expired';
}

/** Success means that the payment is on record and credited. */
export function paymentResponse(settlement: SettlementView, network: string): PaymentResponse {
  const { signature, payer, amount } = settlement;
  const errorReason = reasonOf(settlement);
  return {
    success: errorReason === undefined,
    transaction: signature,
    network,
    payer,
    amount: `${amount}`,
    ...(errorReason && { errorReason }),
  };
}

function reasonOf({ state, isCredited }: SettlementView): PaymentResponse['errorReason'] {
  if (state === 'failed') return 'transaction_failed';
  if (state === 'expired') return 'transaction_expired';
  return isCredited ? undefined : 'settlement_pending';
}
