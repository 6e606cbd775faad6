import type { SqlRunner } from '../db/connect.ts';
import { queuePaidJobs } from '../jobs/jobs.ts';
import { holdPrices, type SystemAccounts } from '../ledger/ledger.ts';

interface UnpaidJob {
  id: string;
  price: bigint;
  commitment: string;
}

interface Credit {
  signature: string;
  memo: string;
  payer: string;
  amount: bigint;
}

/** What became of an unpaid job: `received` is what its memos have brought so far, in base units. */
export type FundOutcome = { funded: true; payer: string } | { funded: false; received: bigint };

/**
 * Matches unpaid jobs with payments by memo (the job's id or its commitment), holds each price from the payer's balance and moves the
 * job to the queue. Payments of several parts add up when they come from one payer. Must run in a transaction of its own that
 * begins after the jobs and the payments were committed: then whichever of the two comes last finds the other.
 */
export async function fundJobs(
  sql: SqlRunner,
  accounts: SystemAccounts,
  jobIds: readonly string[],
): Promise<Map<string, FundOutcome>> {
  const jobs = await sql<UnpaidJob[]>`
    select id, price, commitment from jobs
    where id = any(${jobIds as string[]}::uuid[]) and state = 'awaiting_payment' and expires_at > now()
    order by id for no key update`;
  if (jobs.length === 0) return new Map();
  const credits = await sql<Credit[]>`
    select signature, memo, payer, amount from chain_credits
    where memo = any(${jobs.flatMap((job) => [job.id, job.commitment])}::text[])
      and applied_job is null and payer is not null and status <> 'orphaned'
    order by slot, signature for no key update`;

  const offers = jobs.map((job) => ({ job, ...bestOffer(job, credits) }));
  const covered = offers.filter((offer) => offer.total >= offer.job.price);
  const held = await holdPrices(
    sql,
    accounts,
    covered.map((offer) => ({ jobId: offer.job.id, wallet: offer.payer, amount: offer.job.price })),
  );
  const funded = covered.filter((offer) => held.has(offer.job.id));
  await queuePaidJobs(
    sql,
    funded.map((offer) => ({
      id: offer.job.id,
      payer: offer.payer,
      detail: `paid by ${offer.signatures.join(' ')}`,
    })),
  );
  await applyCredits(sql, funded);

  const paid = new Set(funded.map((offer) => offer.job.id));
  return new Map(
    offers.map((offer) => [
      offer.job.id,
      paid.has(offer.job.id)
        ? { funded: true, payer: offer.payer }
        : { funded: false, received: offer.total },
    ]),
  );
}

interface Offer {
  payer: string;
  total: bigint;
  signatures: string[];
}

/** The first payer whose payments cover the price, else the one who paid most. */
function bestOffer(job: UnpaidJob, credits: readonly Credit[]): Offer {
  const offers = new Map<string, Offer>();
  for (const credit of credits) {
    if (credit.memo !== job.id && credit.memo !== job.commitment) continue;
    const offer = offers.get(credit.payer) ?? { payer: credit.payer, total: 0n, signatures: [] };
    // What comes after the price is covered is not this job's: it stays in the payer's balance.
    if (offer.total < job.price) {
      offer.total += credit.amount;
      offer.signatures.push(credit.signature);
    }
    offers.set(credit.payer, offer);
  }
  const all = [...offers.values()];
  const none: Offer = { payer: '', total: 0n, signatures: [] };
  return (
    all.find((offer) => offer.total >= job.price) ??
    all.reduce((most, o) => (o.total > most.total ? o : most), none)
  );
}

async function applyCredits(sql: SqlRunner, funded: readonly (Offer & { job: UnpaidJob })[]): Promise<void> {
  const pairs = funded.flatMap((offer) =>
    offer.signatures.map((signature) => ({ signature, jobId: offer.job.id })),
  );
  if (pairs.length === 0) return;
  await sql`
    update chain_credits c set applied_job = pairs.job_id
    from unnest(${pairs.map((pair) => pair.signature)}::text[], ${pairs.map((pair) => pair.jobId)}::uuid[]) as pairs (signature, job_id)
    where c.signature = pairs.signature`;
}
