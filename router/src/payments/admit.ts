import type { SqlClient } from '../db/connect.ts';
import { type NewJob, registerJobs } from '../jobs/jobs.ts';
import type { SystemAccounts } from '../ledger/ledger.ts';
import { type FundOutcome, fundUnpaid, lockCredits, noteSigned } from './fund-jobs.ts';
import type { Spender } from './plan-holds.ts';

/** A new job, and who may pay for it from a balance; null for a call without credentials. */
export interface AdmissionRequest {
  job: NewJob;
  spender: Spender | null;
}

export interface Admission {
  /** False when a job of this id existed before. */
  isNew: boolean;
  outcome: FundOutcome | null;
}

/**
 * Registers new jobs and, in the same transaction, funds those whose payment is on record already or whose caller may spend a balance that
 * covers them.
 */
export async function admitJobs(
  sql: SqlClient,
  accounts: SystemAccounts,
  requests: readonly AdmissionRequest[],
  { isSignedOnly }: { isSignedOnly: boolean },
): Promise<Admission[]> {
  return sql.begin(async (tx) => {
    const unique = uniqueRequests(requests);
    const jobs = unique.map(({ job }) => job);
    const spenders = new Map(unique.flatMap(({ job, spender }) => (spender ? [[job.id, spender]] : [])));
    const rules = { spenders, isSignedOnly };
    // Sent one behind the other without waiting: the second does not need the first one's answer.
    const [created, found] = await Promise.all([
      registerJobs(tx, jobs),
      isSignedOnly ? [] : lockCredits(tx, jobs, rules),
    ]);
    // Nobody else can see the new rows yet, so they need no lock.
    const fresh = jobs.filter((job) => created.has(job.id));
    // Only of new jobs is it known that this call's body is theirs.
    await noteSigned(tx, fresh, rules);
    const credits = isSignedOnly ? await lockCredits(tx, fresh, rules) : found;
    const outcomes = await fundUnpaid(tx, accounts, { jobs: fresh, credits, rules });
    return requests.map(({ job }, index) => ({
      // Of two equal ids in one batch the first is the new one.
      isNew: created.has(job.id) && requests.findIndex((other) => other.job.id === job.id) === index,
      outcome: outcomes.get(job.id) ?? null,
    }));
  });
}

function uniqueRequests(requests: readonly AdmissionRequest[]): AdmissionRequest[] {
  return [
    ...new Map(requests.toReversed().map((request) => [request.job.id, request])).values(),
  ].toReversed();
}
