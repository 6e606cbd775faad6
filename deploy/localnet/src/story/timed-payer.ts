import type { Payer } from '@watt/client';

/** Watches a wallet pay: `onConfirmed` hears of each payment once, with the time from signing to confirmation. */
export function timedPayer(
  payer: Payer,
  onConfirmed: (payment: { signature: string; amountBase: string; memo: string; ms: number }) => void,
): Payer {
  const open = new Map<string, number>();
  return {
    wallet: payer.wallet,
    async sign(order, signal) {
      const startedAt = performance.now();
      const payment = await payer.sign(order, signal);
      open.set(payment.signature, startedAt);
      return payment;
    },
    send: (payment, signal) => payer.send(payment, signal),
    async status(payment, signal) {
      const status = await payer.status(payment, signal);
      const startedAt = open.get(payment.signature);
      if (status === 'confirmed' && startedAt !== undefined) {
        open.delete(payment.signature);
        onConfirmed({ ...payment, ms: performance.now() - startedAt });
      }
      return status;
    },
  };
}
