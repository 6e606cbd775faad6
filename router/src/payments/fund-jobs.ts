import { grantParts, lockBudgets, noteCallers } from '../access/access.ts';
import type { SqlRunner } from '../db/connect.ts';
import { queueParts } from '../jobs/jobs.ts';
import { holdParts, lockBalances, type SystemAccounts } from '../ledger/ledger.ts';
import { type Credit, findOffers } from './find-offers.ts';
import { type PlannedHold, planHolds, type Spender, type SpendRefusal } from './plan-holds.ts';

/** A job that waits for its payment; its memos are its id and its commitment. */
export interface UnpaidJob {
  id: string;
  price: bigint;
  commitment: string;
  /** A session's id opens it, so a payment that shows the id to all does not pay for it. */
  sessionMinutes?: number | null;
}

/** How the latest payment stands that the router itself was to settle for an unpaid job: on its way, or without effect. */
export type SettlementOutlook = 'coming' | 'failed' | 'expired';

/** What became of an unpaid job: `received` is what its memos have brought so far, in base units. */
export type FundOutcome =
  | { funded: true; payer: string }
  | { funded: false; received: bigint; refusal?: SpendRefusal; settlement?: SettlementOutlook };

/** Who may pay for which jobs from a balance, and whether a plain memo counts only for a wallet that called for the job itself. */
export interface FundingRules {
  spenders?: ReadonlyMap<string, Spender>;
  isSignedOnly?: boolean;
}

/**
 * Matches unpaid jobs with payments by memo, holds each price from the payer's balance and moves the job to the queue. Payments of
 * several parts add up when they come from one payer. Must run in a transaction of its own that begins after the jobs and the
 * payments were committed: then whichever of the two comes last finds the other.
 */
export async function fundJobs(
  sql: SqlRunner,
  accounts: SystemAccounts,
  jobIds: readonly string[],
  rules: FundingRules = {},
): Promise<Map<string, FundOutcome>> {
  const jobs = await sql<UnpaidJob[]>`
    select id, price, commitment, session_minutes as "sessionMinutes" from jobs
    where id = any(${jobIds as string[]}::uuid[]) and state = 'awaiting_payment' and (
      expires_at > now() or exists (select 1 from x402_settlements s where s.job_id = jobs.id and s.state = 'signed'))
    order by id for no key update`;
  await noteSigned(sql, jobs, rules);
  const credits = await lockCredits(sql, jobs, rules);
  const outcomes = await fundUnpaid(sql, accounts, { jobs, credits, rules });
  return withOutlook(sql, outcomes);
}

/** Says of jobs that are still unpaid how a settlement of theirs stands. */
export async function withOutlook(
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

/** What is to be paid, locked by the caller's transaction or made in it, with the payments that it has locked. */
interface Fundable {
  jobs: readonly UnpaidJob[];
  credits: readonly Credit[];
  rules: FundingRules;
}

/** The same for jobs that the caller's transaction has locked, or has just made, with the payments that it has locked. */
export async function fundUnpaid(
  sql: SqlRunner,
  accounts: SystemAccounts,
  fundable: Fundable,
): Promise<Map<string, FundOutcome>> {
  const { holds, outcomes } = await planFunding(sql, fundable);
  if (holds.length > 0) await writeHolds(sql, accounts, holds);
  return outcomes;
}

/** Locks the keys and balances that could pay, and says what is to be held; nothing is written. */
export async function planFunding(
  sql: SqlRunner,
  { jobs, credits, rules }: Fundable,
): Promise<{ holds: PlannedHold[]; outcomes: Map<string, FundOutcome> }> {
  if (jobs.length === 0) return { holds: [], outcomes: new Map() };
  const offers = findOffers(
    jobs.map((job) => ({ ...job, spender: rules.spenders?.get(job.id) ?? null })),
    credits,
  );
  const spenders = offers.flatMap(({ job }) => job.spender ?? []);
  const payers = offers.flatMap(({ covering }) => covering.map((offer) => offer.payer));
  const budgets = await lockBudgets(
    sql,
    spenders.flatMap((spender) => spender.keyId ?? []),
  );
  const balances = await lockBalances(sql, [...payers, ...spenders.map((spender) => spender.wallet)]);
  const { holds, refusals } = planHolds(offers, { balances, budgets });
  const payerOf = new Map(holds.map((hold) => [hold.jobId, hold.wallet]));
  const outcomes = new Map<string, FundOutcome>(
    offers.map(({ job, partial }) => {
      const payer = payerOf.get(job.id);
      const refusal = refusals.get(job.id);
      return [
        job.id,
        payer ? { funded: true, payer } : { funded: false, received: partial, ...(refusal && { refusal }) },
      ];
    }),
  );
  return { holds, outcomes };
}

/** One statement: the prices are held, the jobs are queued, the payments are used up, and what was granted is written down. */
export async function writeHolds(
  sql: SqlRunner,
  accounts: SystemAccounts,
  holds: readonly PlannedHold[],
): Promise<void> {
  const paid = holds.map((hold) => ({ id: hold.jobId, payer: hold.wallet, detail: paidBy(hold) }));
  const grants = holds.flatMap(({ jobId, amount, spender }) =>
    spender ? [{ jobId, amount, ...spender }] : [],
  );
  const used = holds.flatMap(({ jobId, signatures }) =>
    signatures.map((signature) => ({ signature, jobId })),
  );
  await sql`
    with ${holdParts(sql, accounts, holds)}, ${queueParts(sql, paid)} ${grants.length > 0 ? sql`, ${grantParts(sql, grants)}` : sql``}
    update chain_credits c set applied_job = used.job_id
    from unnest(${used.map((u) => u.signature)}::text[], ${used.map((u) => u.jobId)}::uuid[]) as used (signature, job_id)
    where c.signature = used.signature`;
}

function paidBy({ signatures, spender }: PlannedHold): string {
  if (!spender) return signatures.length > 0 ? `paid by ${signatures.join(' ')}` : 'paid with its batch';
  return spender.keyId === null ? 'paid from the balance' : `paid from the balance by key ${spender.keyId}`;
}

/** Where plain memos count for signed calls only, these jobs' callers are written down. Each must have called with the job's own body. */
export async function noteSigned(
  sql: SqlRunner,
  jobs: readonly UnpaidJob[],
  { spenders, isSignedOnly }: FundingRules,
): Promise<void> {
  if (!isSignedOnly || !spenders) return;
  await noteCallers(
    sql,
    jobs.flatMap(({ id }) => {
      const wallet = spenders.get(id)?.wallet;
      return wallet ? [{ jobId: id, wallet }] : [];
    }),
  );
}

/**
 * The payments on record that name these jobs and pay for none yet: by memo, or by the signature of a settlement, which counts as if
 * its memo were the job's id.
 */
export async function lockCredits(
  sql: SqlRunner,
  jobs: readonly UnpaidJob[],
  { isSignedOnly = false }: FundingRules,
): Promise<Credit[]> {
  if (jobs.length === 0) return [];
  const secretIds = jobs.filter((job) => job.sessionMinutes).map((job) => job.id);
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
    and coalesce(memo, '') <> all(${secretIds}::text[]) and (
      not ${isSignedOnly}::bool or memo like 'w1:%' or exists (select 1 from x402_settlements s where s.signature = c.signature)
      or exists (select 1 from job_callers j where j.job_id::text = c.memo and j.wallet = c.payer))
    order by slot, signature for no key update`;
}
