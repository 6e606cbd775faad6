import { parseJobId } from '@watt/shared';
import type { Logger } from 'pino';
import { createWatcher, type Solana, type Watcher } from '../chain/chain.ts';
import { type Batcher, createBatcher } from '../db/batcher.ts';
import type { SqlClient } from '../db/connect.ts';
import { loadQueuedJobs, type NewJob, type QueuedJob } from '../jobs/jobs.ts';
import type { SystemAccounts } from '../ledger/ledger.ts';
import { withinMs } from '../within-ms.ts';
import { type Admission, type AdmissionRequest, admitJobs } from './admit.ts';
import { type FundOutcome, fundJobs } from './fund-jobs.ts';
import type { PayTo } from './payment-details.ts';
import { createPendingMemos } from './pending-memos.ts';
import type { Spender } from './plan-holds.ts';
import { createWatcherStore } from './watcher-store.ts';

export interface PaymentsOptions {
  sql: SqlClient;
  accounts: SystemAccounts;
  solana: Solana;
  payTo: PayTo;
  pollMs: number;
  /** A plain memo counts only for a wallet that called for the job with its signature or key. */
  isSignedOnly: boolean;
  clock: () => number;
  logger: Logger;
  /** Payments with these memos are on record now; what they name besides jobs may be waiting for them. */
  onMemos(memos: string[]): Promise<void>;
  /** Jobs that were just paid and queued. */
  onFunded(jobs: QueuedJob[]): void;
  /** Tokens were seen to leave that had not been seen before. */
  onDebits(): void;
  /** Payments of less, in base units, pay for no job. */
  dust: bigint;
}

export interface Payments {
  readonly payTo: PayTo;
  readonly isSignedOnly: boolean;
  /** Registers a job and funds it at once if its payment is on record, or the spender's balance covers it. */
  admit(job: NewJob, spender?: Spender | null): Promise<Admission>;
  /** Looks again for the payment of an unpaid job, then at the spender's balance. Null when the job is not unpaid any more. */
  fund(jobId: string, spender?: Spender | null): Promise<FundOutcome | null>;
  /** Funds every unpaid job whose payment is on record; what a crash left between the two is mended here. */
  fundMatched(): Promise<void>;
  /** Reads the chain now; false when it does not answer within `ms`. */
  sync(ms: number): Promise<boolean>;
  isPending(memos: readonly string[]): boolean;
  /** Reads everything up to a finalized slot; false when something up to it cannot be read yet. See `Watcher.readThrough`. */
  readThrough(slot: bigint, downTo?: bigint): Promise<boolean>;
  /** Milliseconds since the chain was last read whole. */
  chainAgeMs(): number;
  start(): void;
  stop(): Promise<void>;
}

interface FundingRequest {
  jobId: string;
  spender: Spender | null;
}

// One writer each: two batches would wait for each other on the balance of the same wallet.
const BATCH = { maxItems: 200, concurrency: 1, maxWaiting: 20_000 };

export function createPayments(options: PaymentsOptions): Payments {
  const { sql, accounts, payTo, isSignedOnly } = options;
  const pending = createPendingMemos(options.clock);
  const admissions: Batcher<AdmissionRequest, Admission> = createBatcher({
    ...BATCH,
    run: async (requests) => {
      const admitted = await admitJobs(sql, accounts, requests, { isSignedOnly });
      const paid = requests.filter((_, index) => isPaidNow(admitted[index]));
      announce(paid.map(({ job }) => toQueuedJob(job, options.clock())));
      return admitted;
    },
  });
  const fundings: Batcher<FundingRequest, FundOutcome | null> = createBatcher({
    ...BATCH,
    run: async (requests) => {
      // Of several calls for one job, the first that brings a balance may spend it.
      const spenders = new Map(
        requests.toReversed().flatMap(({ jobId, spender }) => (spender ? [[jobId, spender]] : [])),
      );
      const jobIds = [...new Set(requests.map(({ jobId }) => jobId))];
      const outcomes = await sql.begin((tx) => fundJobs(tx, accounts, jobIds, { spenders, isSignedOnly }));
      const funded = [...outcomes].flatMap(([id, outcome]) => (outcome.funded ? [id] : []));
      // A job that cannot be announced is queued all the same: the dispatcher looks for such jobs now and then.
      announce(await loadQueuedJobs(sql, funded));
      return requests.map(({ jobId }) => outcomes.get(jobId) ?? null);
    },
  });
  const fund = (jobId: string, spender: Spender | null = null) => fundings.add({ jobId, spender });
  const announce = (jobs: QueuedJob[]): void => {
    if (jobs.length > 0) options.onFunded(jobs);
  };

  const fundByMemos = async (memos: string[]): Promise<void> => {
    for (const memo of memos) pending.remove(memo);
    const ids = memos.flatMap((memo) => parseJobId(memo) ?? []);
    const rows = await sql<{ id: string }[]>`
      select id from jobs
      where state = 'awaiting_payment' and (id = any(${ids}::uuid[]) or commitment = any(${memos}::text[]))`;
    await Promise.all(rows.map((row) => fund(row.id)));
  };

  const watcher: Watcher = createWatcher({
    solana: options.solana,
    store: createWatcherStore({
      sql,
      accounts,
      tokenAccount: payTo.tokenAccount,
      computeWallet: payTo.computeWallet,
      dust: options.dust,
      onRecorded: async (memos) => {
        await fundByMemos(memos);
        await options.onMemos(memos);
      },
      onDebits: options.onDebits,
    }),
    ours: payTo,
    pollMs: options.pollMs,
    logger: options.logger,
    onProcessed: (hint) => {
      if (!hint.failed) for (const memo of hint.memos) pending.add(memo);
    },
  });

  return {
    payTo,
    isSignedOnly,
    admit: (job, spender = null) => admissions.add({ job, spender }),
    fund,
    async fundMatched() {
      const rows = await sql<{ id: string }[]>`
        select j.id from jobs j where j.state = 'awaiting_payment' and j.expires_at > now() and exists (
          select 1 from chain_credits c where c.applied_job is null and c.payer is not null and c.status <> 'orphaned'
            and c.memo in (j.id::text, j.commitment))
        union
        select s.job_id from x402_settlements s join jobs j on j.id = s.job_id join chain_credits c on c.signature = s.signature
        where s.state in ('signed','settled') and j.state = 'awaiting_payment' and c.applied_job is null`;
      await Promise.all(rows.map((row) => fund(row.id)));
    },
    sync: (ms) =>
      withinMs(
        watcher.sync().then(() => true),
        ms,
        false,
      ),
    isPending: (memos) => memos.some((memo) => pending.has(memo)),
    readThrough: (slot, downTo) => watcher.readThrough(slot, downTo),
    chainAgeMs: () => watcher.ageMs(),
    start: () => watcher.start(),
    async stop() {
      await watcher.stop();
      await Promise.all([admissions.idle(), fundings.idle()]);
    },
  };
}

function isPaidNow(admission: Admission | undefined): boolean {
  return admission?.isNew === true && admission.outcome?.funded === true;
}

function toQueuedJob({ split, ...job }: NewJob, queuedAt: number): QueuedJob {
  const { id, service, request, requestSha256, price, sessionMinutes = null } = job;
  return {
    id,
    service,
    request,
    requestSha256,
    price,
    nodeShare: split.node,
    burnShare: split.burn,
    sessionMinutes,
    attempts: 0,
    queuedAt,
  };
}
