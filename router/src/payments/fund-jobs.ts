import type { SqlRunner } from '../db/connect.ts';
import { queueParts } from '../jobs/jobs.ts';
import { coverHolds, holdParts, type SystemAccounts } from '../ledger/ledger.ts';

/** A job that waits for its payment; its memos are its id and its commitment. */
export interface UnpaidJob {
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

/** How the latest payment stands that the router itself was to settle for an unpaid job: on its way, or without effect. */
export type SettlementOutlook = 'coming' | 'failed' | 'expired';

/** What became of an unpaid job: `received` is what its memos have brought so far, in base units. */
export type FundOutcome =
  | { funded: true; payer: string }
  | { funded: false; received: bigint; settlement?: SettlementOutlook };

/**
 * Matches unpaid jobs with payments by memo, holds each price from the payer's balance and moves the job to the queue. Payments of
 * several parts add up when they come from one payer. Must run in a transaction of its own that begins after the jobs and the
 * payments were committed: then whichever of the two comes last finds the other.
 */
export async function fundJobs(
  sql: SqlRunner,
  accounts: SystemAccounts,
  jobIds: readonly string[],
): Promise<Map<string, FundOutcome>> {
  const jobs = await sql<UnpaidJob[]>`
    select id, price, commitment from jobs
    where id = any(${jobIds as string[]}::uuid[]) and state = 'awaiting_payment' and (
      expires_at > now() or exists (select 1 from x402_settlements s where s.job_id = jobs.id and s.state = 'signed'))
    order by id for no key update`;
  const outcomes = await fundUnpaid(sql, accounts, { jobs, credits: await lockCredits(sql, jobs) });
  return withOutlook(sql, outcomes);
}

/** Says of jobs that are still unpaid how a settlement of theirs stands. */
async function withOutlook(
  sql: SqlRunner,
  outcomes: Map<string, FundOutcome>,
): Promise<Map<string, FundOutcome>> {
  const unpaid = [...outcomes].flatMap(([id, outcome]) => (outcome.funded ? [] : [id]));
  if (unpaid.length === 0) return outcomes;
  const rows = await sql<{ jobId: string; outlook: SettlementOutlook }[]>`
    select distinct on (job_id) job_id as "jobId", case state when 'signed' then 'coming' else state end as outlook
    from x402_settlements where job_id = any(${unpaid}::uuid[]) and state <> 'settled'
    order by job_id, created_at desc`;
  const outlooks = new Map(rows.map((row) => [row.jobId, row.outlook]));
  return new Map(
    [...outcomes].map(([id, outcome]) => {
      const settlement = outlooks.get(id);
      return [id, settlement && !outcome.funded ? { ...outcome, settlement } : outcome];
    }),
  );
}

/** The same for jobs that the caller's transaction has locked, or has just made, with the payments that it has locked. */
export async function fundUnpaid(
  sql: SqlRunner,
  accounts: SystemAccounts,
  { jobs, credits }: { jobs: readonly UnpaidJob[]; credits: readonly Credit[] },
): Promise<Map<string, FundOutcome>> {
  if (jobs.length === 0) return new Map();
  const offers = findOffers(jobs, credits);
  const requests = offers
    .filter((offer) => offer.total >= offer.job.price)
    .map((offer) => ({ ...offer, jobId: offer.job.id, wallet: offer.payer, amount: offer.job.price }));
  const funded = await coverHolds(sql, requests);
  if (funded.length > 0) {
    const paid = funded.map((f) => ({
      id: f.jobId,
      payer: f.payer,
      detail: `paid by ${f.signatures.join(' ')}`,
    }));
    const used = funded.flatMap((f) => f.signatures.map((signature) => ({ signature, jobId: f.jobId })));
    await sql`
      with ${holdParts(sql, accounts, funded)}, ${queueParts(sql, paid)}
      update chain_credits c set applied_job = used.job_id
      from unnest(${used.map((u) => u.signature)}::text[], ${used.map((u) => u.jobId)}::uuid[]) as used (signature, job_id)
      where c.signature = used.signature`;
  }
  const isFunded = new Set(funded.map((f) => f.jobId));
  return new Map(
    offers.map(({ job, payer, total }) => [
      job.id,
      isFunded.has(job.id) ? { funded: true, payer } : { funded: false, received: total },
    ]),
  );
}

/**
 * The payments on record that name these jobs and pay for none yet: by memo, or by the signature of a settlement, which counts as if
 * its memo were the job's id.
 */
export async function lockCredits(sql: SqlRunner, jobs: readonly UnpaidJob[]): Promise<Credit[]> {
  if (jobs.length === 0) return [];
  return sql<Credit[]>`
    select signature, payer, amount,
      coalesce((select s.job_id::text from x402_settlements s where s.signature = c.signature), memo) as memo
    from chain_credits c
    where signature in (
      select signature from chain_credits
      where memo = any(${jobs.flatMap((job) => [job.id, job.commitment])}::text[]) and applied_job is null
      union all
      select signature from x402_settlements where job_id = any(${jobs.map((job) => job.id)}::uuid[])
    ) and applied_job is null and payer is not null and status <> 'orphaned'
    order by slot, signature for no key update`;
}

interface Offer {
  payer: string;
  total: bigint;
  signatures: string[];
}

const NO_OFFER: Offer = { payer: '', total: 0n, signatures: [] };

/** For each job the first payer whose payments cover the price, else the one who paid most. */
function findOffers(jobs: readonly UnpaidJob[], credits: readonly Credit[]): (Offer & { job: UnpaidJob })[] {
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
