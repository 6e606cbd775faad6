import type { SqlClient } from '../db/connect.ts';
import { type NewJob, registerJobs } from '../jobs/jobs.ts';
import type { SystemAccounts } from '../ledger/ledger.ts';
import { type FundOutcome, fundUnpaid, lockCredits } from './fund-jobs.ts';

export interface Admission {
  /** False when a job of this id existed before. */
  isNew: boolean;
  outcome: FundOutcome | null;
}

/** Registers new jobs and, in the same transaction, funds those whose payment is on record already. */
export async function admitJobs(
  sql: SqlClient,
  accounts: SystemAccounts,
  jobs: readonly NewJob[],
): Promise<Admission[]> {
  return sql.begin(async (tx) => {
    const unique = uniqueJobs(jobs);
    // Sent one behind the other without waiting: the second does not need the first one's answer.
    const [created, credits] = await Promise.all([registerJobs(tx, unique), lockCredits(tx, unique)]);
    // Nobody else can see the new rows yet, so they need no lock.
    const fresh = unique.filter((job) => created.has(job.id));
    const outcomes = await fundUnpaid(tx, accounts, { jobs: fresh, credits });
    return jobs.map((job, index) => ({
      // Of two equal ids in one batch the first is the new one.
      isNew: created.has(job.id) && jobs.findIndex((other) => other.id === job.id) === index,
      outcome: outcomes.get(job.id) ?? null,
    }));
  });
}

function uniqueJobs(jobs: readonly NewJob[]): NewJob[] {
  return [...new Map(jobs.toReversed().map((job) => [job.id, job])).values()].toReversed();
}
