import type { NodePayoutView } from '@watt/shared';
import { amountFields } from '../balance/balance.ts';
import type { NodePayout, NodePayoutRow } from '../settlement/settlement.ts';

export function nodePayoutView(payout: NodePayout): NodePayoutView {
  const { waitingFor, nextAt } = payout;
  return {
    ...amountFields('payable', payout.payable),
    ...amountFields('pending', payout.pending),
    ...amountFields('paid_total', payout.paidTotal),
    last_signature: payout.lastSignature,
    waiting_for: waitingFor && { code: waitingFor.code, text: waitingFor.detail },
    next_at: nextAt === null ? null : new Date(nextAt).toISOString(),
  };
}

export function payoutRowView({
  id,
  amount,
  wallet,
  state,
  reason,
  signature,
  createdAt,
  finishedAt,
}: NodePayoutRow) {
  return {
    payout_id: id,
    ...amountFields('amount', amount),
    wallet,
    state,
    reason,
    signature,
    created_at: new Date(createdAt).toISOString(),
    finished_at: finishedAt === null ? null : new Date(finishedAt).toISOString(),
  };
}
