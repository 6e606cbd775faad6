import type { KeyBudget } from '../access/access.ts';
import type { AccountId } from '../ledger/ledger.ts';
import type { JobOffers, Offer } from './find-offers.ts';
import type { UnpaidJob } from './fund-jobs.ts';

/** A wallet's word that a job may be paid from its balance: its own, or that of one of its keys. */
export interface Spender {
  wallet: string;
  keyId: string | null;
}

/** Why a balance did not pay. Amounts in base units. */
export type SpendRefusal =
  | { reason: 'balance'; balance: bigint }
  | { reason: 'budget'; per: 'job' | 'day'; budget: bigint; spent: bigint }
  | { reason: 'revoked' | 'expired' };

export interface PlannedHold {
  jobId: string;
  wallet: string;
  account: AccountId;
  amount: bigint;
  /** The payments that it uses up; none for a spender's balance. */
  signatures: readonly string[];
  /** Who allowed it; null for payments that name the job themselves. */
  spender: Spender | null;
}

export interface HoldPlan {
  holds: PlannedHold[];
  refusals: Map<string, SpendRefusal>;
}

export interface Means {
  balances: ReadonlyMap<string, { account: AccountId; balance: bigint }>;
  budgets: ReadonlyMap<string, KeyBudget>;
}

const NO_KEY: KeyBudget = { state: 'revoked', perJob: null, perDay: null, spent: 0n };

/** Decides who pays for each job, in order: payments that name it come first, then the caller's balance within its key's budget. */
export function planHolds(
  offers: readonly Pick<JobOffers<UnpaidJob & { spender?: Spender | null }>, 'job' | 'covering'>[],
  means: Means,
): HoldPlan {
  const balances = new Map([...means.balances].map(([wallet, account]) => [wallet, { ...account }]));
  const budgets = new Map([...means.budgets].map(([id, budget]) => [id, { ...budget }]));
  const holds: PlannedHold[] = [];
  const refusals = new Map<string, SpendRefusal>();

  const take = (wallet: string, amount: bigint): AccountId | null => {
    const account = balances.get(wallet);
    if (!account || account.balance < amount) return null;
    account.balance -= amount;
    return account.account;
  };

  const takeOffered = ({ id, price }: UnpaidJob, covering: readonly Offer[]): PlannedHold | null => {
    for (const { payer, signatures } of covering) {
      const account = take(payer, price);
      if (account !== null) {
        return { jobId: id, amount: price, wallet: payer, account, signatures, spender: null };
      }
    }
    return null;
  };

  for (const { job, covering } of offers) {
    const offered = takeOffered(job, covering);
    if (offered) {
      holds.push(offered);
      continue;
    }
    const spender = job.spender ?? null;
    if (!spender) continue;
    const budget = spender.keyId === null ? null : (budgets.get(spender.keyId) ?? NO_KEY);
    const refusal = budget && refuseBudget(budget, job.price);
    const account = refusal ? null : take(spender.wallet, job.price);
    if (account === null) {
      const balance = balances.get(spender.wallet)?.balance ?? 0n;
      refusals.set(job.id, refusal ?? { reason: 'balance', balance });
      continue;
    }
    if (budget) budget.spent += job.price;
    holds.push({
      jobId: job.id,
      amount: job.price,
      wallet: spender.wallet,
      account,
      signatures: [],
      spender,
    });
  }
  return { holds, refusals };
}

function refuseBudget(key: KeyBudget, price: bigint): SpendRefusal | null {
  if (key.state !== 'usable') return { reason: key.state };
  if (key.perJob !== null && price > key.perJob) {
    return { reason: 'budget', per: 'job', budget: key.perJob, spent: 0n };
  }
  if (key.perDay !== null && key.spent + price > key.perDay) {
    return { reason: 'budget', per: 'day', budget: key.perDay, spent: key.spent };
  }
  return null;
}
