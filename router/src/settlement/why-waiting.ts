import { formatWatt } from '@watt/shared';
import { isDue } from './collect.ts';
import type { PayoutRules } from './payout-rules.ts';
import type { Wait, WaitCode } from './waits.ts';

/** What decides whether a node is paid now. Amounts in base units. */
export interface PayoutFacts {
  wallet: string | null;
  /** What the node is owed and nothing was set aside for yet. */
  balance: bigint;
  /** The part of it that rests on final payments. */
  payable: bigint;
  sinceMs: number;
  /** Its payout that is not over, if there is one, and why that one is held. */
  open: { state: 'queued' | 'batched' | 'held'; reason: string | null } | null;
  /** What the worker noted of this node's wallet, and of the queue as a whole. */
  ownWait: Wait | null;
  queueWait: Wait | null;
  /** Whether this router pays out at all. */
  canPay: boolean;
}

/** Why a node has not all its money on chain, most pressing first; null when it has, or gets the rest at the next round. */
export function whyWaiting(facts: PayoutFacts, rules: PayoutRules, now: number): Wait | null {
  const { open, balance, payable, wallet } = facts;
  if (open) return whyOpen(open, facts.queueWait);
  if (balance === 0n) return null;
  if (wallet === null) {
    return {
      code: 'no_wallet',
      detail: 'The node has named no payout wallet: watt-node init --wallet ADDRESS.',
    };
  }
  if (!facts.canPay) return { code: 'no_key', detail: 'This router has no key to pay out with.' };
  if (facts.queueWait?.code === 'payouts_frozen') return facts.queueWait;
  if (facts.ownWait) return facts.ownWait;
  if (isDue({ payable, sinceMs: facts.sinceMs }, rules, now)) return null;
  if (isDue({ payable: balance, sinceMs: facts.sinceMs }, rules, now)) {
    return {
      code: 'payments_not_final',
      detail: 'Payments that it was earned with are not final on the chain yet.',
    };
  }
  return {
    code: 'below_threshold',
    detail: `Paid out from ${formatWatt(rules.threshold)} WATT on, or after ${rules.intervalMs / 3_600_000} hours from ${formatWatt(rules.min)} WATT on.`,
  };
}

function whyOpen({ state, reason }: NonNullable<PayoutFacts['open']>, queueWait: Wait | null): Wait {
  if (state === 'held') {
    const [code = '', ...words] = (reason ?? '').split(': ');
    return { code: code as WaitCode, detail: words.join(': ') };
  }
  // Of what is in a batch the fee was found worth.
  if (queueWait && !(state === 'batched' && queueWait.code === 'fee_too_high')) return queueWait;
  return {
    code: 'payout_pending',
    detail: state === 'queued' ? 'It leaves with the next transaction.' : 'Its transaction is not final yet.',
  };
}

/** When a node that is owed enough is paid at the latest, in milliseconds; null when that depends on something else. */
export function nextPayoutAt(
  facts: Pick<PayoutFacts, 'payable' | 'sinceMs' | 'open'>,
  rules: PayoutRules,
  now: number,
): number | null {
  if (facts.open || facts.payable < rules.min) return null;
  return facts.payable >= rules.threshold ? now : Math.max(now, facts.sinceMs + rules.intervalMs);
}
