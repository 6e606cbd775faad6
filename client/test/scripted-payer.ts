import type { Payer, PaymentOrder, PaymentStatus, SignedPayment } from '../src/index.ts';

export interface PayerScript {
  /** What each sending comes to; the last one repeats. */
  sends?: ('sent' | 'lost' | { refused: string })[];
  /** What each look at the chain shows; the last one repeats. */
  statuses?: (PaymentStatus | 'down')[];
}

export interface ScriptedPayer extends Payer {
  orders: PaymentOrder[];
  sent: SignedPayment[];
}

/** A wallet without a chain: it plays its script and keeps what it was asked to do. */
export function createScriptedPayer(script: PayerScript = {}): ScriptedPayer {
  const sends = [...(script.sends ?? ['sent' as const])];
  const statuses = [...(script.statuses ?? ['confirmed' as const])];
  const orders: PaymentOrder[] = [];
  const sent: SignedPayment[] = [];
  return {
    wallet: 'wallet',
    orders,
    sent,
    async sign(order) {
      orders.push(order);
      const signature = `signature ${orders.length}`;
      const { memo, amountBase } = order;
      const transaction = Buffer.from(signature).toString('base64');
      return { signature, transaction, lastValidBlockHeight: 150, amountBase: String(amountBase), memo };
    },
    async send(payment) {
      sent.push(payment);
      const outcome = next(sends);
      if (outcome === 'lost') throw new Error('socket hang up');
      return { refused: outcome === 'sent' ? null : outcome.refused };
    },
    async status() {
      const status = next(statuses);
      if (status === 'down') throw new Error('429 Too Many Requests');
      return status;
    },
  };
}

function next<T>(script: T[]): T {
  const [first] = script;
  if (first === undefined) throw new Error('The script is empty');
  if (script.length > 1) script.shift();
  return first;
}
