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

const NO_OFFER: Offer = { payer: '', total: 0n, signatures: [] };

/** For each job the first payer whose payments cover the price, else the one who paid most. */
export function findOffers<Job extends UnpaidJob>(
  jobs: readonly Job[],
  credits: readonly Credit[],
): (Offer & { job: Job })[] {
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
    const covering = all.find((offer) => offer.total >= job.price);
    return { job, ...(covering ?? all.reduce((most, o) => (o.total > most.total ? o : most), NO_OFFER)) };
  });
}
