import type { UnpaidJob } from './fund-jobs.ts';

/** A payment on record that names a job and pays for none yet. */
export interface Credit {
  signature: string;
  memo: string;
  payer: string;
  amount: bigint;
}

/** What one wallet's payments with a job's memos come to. */
export interface Offer {
  payer: string;
  total: bigint;
  signatures: string[];
}

/** What was paid towards a job. */
export interface JobOffers<Job extends UnpaidJob> {
  job: Job;
  /** The payers whose payments cover the price, the first to pay first. A later one counts when those before it have spent theirs elsewhere. */
  covering: Offer[];
  /** The most that came from one payer and does not cover the price, in base units. */
  partial: bigint;
}

/** Adds up, for each job, what each payer sent with its memos. */
export function findOffers<Job extends UnpaidJob>(
  jobs: readonly Job[],
  credits: readonly Credit[],
): JobOffers<Job>[] {
  const byMemo = new Map<string, Credit[]>();
  for (const credit of credits) byMemo.set(credit.memo, [...(byMemo.get(credit.memo) ?? []), credit]);
  return jobs.map((job) => {
    const offers = new Map<string, Offer>();
    for (const credit of [...(byMemo.get(job.id) ?? []), ...(byMemo.get(job.commitment) ?? [])]) {
      const offer = offers.get(credit.payer) ?? { payer: credit.payer, total: 0n, signatures: [] };
      // What comes after the price is covered is not this job's: it stays in the payer's balance.
      if (offer.total < job.price) {
        offer.total += credit.amount;
        offer.signatures.push(credit.signature);
      }
      offers.set(credit.payer, offer);
    }
    const all = [...offers.values()];
    const partial = all.reduce((most, { total }) => (total < job.price && total > most ? total : most), 0n);
    return { job, covering: all.filter((offer) => offer.total >= job.price), partial };
  });
}
