import { randomUUID } from 'node:crypto';
import type { AttemptId, JobId, NodeId } from '@watt/shared';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { completeJobs, createJobReader, endAttempt, type NewCopy, serveCopies } from '../../src/jobs/jobs.ts';
import {
  loadSystemAccounts,
  openAccounts,
  type SystemAccounts,
  trialBalance,
} from '../../src/ledger/ledger.ts';
import { fundJobs } from '../../src/payments/fund-jobs.ts';
import { createWatcherStore } from '../../src/payments/watcher-store.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';
import { insertJob, leaseJob } from '../harness/insert-job.ts';

const NODE = 'node-of-the-property-test' as NodeId;
const PRICE = 1000n;
let db: FreshDatabase;
let accounts: SystemAccounts;
/** A job that has ended with a result that others may be given. */
let sourceId: JobId;

beforeAll(async () => {
  db = await freshDatabase();
  accounts = await loadSystemAccounts(db.database.sql);
  await openAccounts(db.database.sql, 'node', [NODE]);
  sourceId = await completeSource();
});
afterAll(() => db.drop());

/** What happens to one job: each step is what some process might do, in any order, twice, or at the same time. */
const step = fc.constantFrom(
  'pay',
  'payHalf',
  'fund',
  'lease',
  'complete',
  'serve',
  'fail',
  'lapse',
  'crash',
  'orphan',
  'landAgain',
);

it('keeps every invariant under any interleaving of pay, hold, lease, capture, copy, void, retry and crash', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 12 }),
      async (rounds) => {
        const { sql } = db.database;
        const payer = `payer-${randomUUID()}`;
        const jobId = await insertJob(sql, { price: PRICE });
        const signatures: string[] = [];
        const amounts = new Map<string, bigint>();
        const attempts: AttemptId[] = [];
        let paidIn = 0n;
        const pay = async (amount: bigint): Promise<void> => {
          const signature = randomUUID();
          paidIn += amount;
          await record(signature, amount, payer, jobId);
          amounts.set(signature, amount);
          signatures.push(signature);
        };
        const run: Record<string, () => Promise<unknown>> = {
          pay: () => pay(PRICE),
          payHalf: () => pay(PRICE / 2n),
          fund: () => sql.begin((tx) => fundJobs(tx, accounts, [jobId])),
          lease: async () => {
            const attempt = await leaseJob(sql, jobId, NODE);
            if (attempt) attempts.push(attempt);
          },
          complete: () => Promise.all(attempts.map((attemptId) => complete(jobId, attemptId))),
          serve: () =>
            serveCopies(sql, accounts, [
              { jobId, sourceId, maxAgeSeconds: 3600, unused: 800n, nodeShare: 140n, burnShare: 0n },
            ]),
          fail: () => Promise.all(attempts.map((attemptId) => end(jobId, attemptId, true))),
          lapse: () => Promise.all(attempts.map((attemptId) => end(jobId, attemptId, false))),
          crash: crashedTransaction,
          orphan: async () => {
            const signature = signatures.at(-1);
            if (signature) await store().orphan(signature);
          },
          landAgain: async () => {
            const signature = signatures.at(-1);
            if (signature) await record(signature, amounts.get(signature) ?? 0n, payer, jobId);
          },
        };
        for (const round of rounds) {
          await Promise.all(round.map((name) => run[name]?.()));
          await checkInvariants(jobId);
        }
        const [row] = await sql<{ orphaned: bigint }[]>`
        select coalesce(sum(amount), 0)::bigint as orphaned from chain_credits where payer = ${payer} and status = 'orphaned'`;
        const [kept] = await sql<{ kept: bigint }[]>`
        select coalesce(sum(amount), 0)::bigint as kept from chain_credits where payer = ${payer} and status <> 'orphaned'`;
        expect((kept?.kept ?? 0n) + (row?.orphaned ?? 0n)).toBe(paidIn);
      },
    ),
    { numRuns: 60 },
  );
});

async function checkInvariants(jobId: JobId): Promise<void> {
  const { sql } = db.database;
  expect((await trialBalance(sql)).balanced).toBe(true);
  const job = await createJobReader(sql).find(jobId);
  const rows = await sql<
    { kind: string; amount: bigint }[]
  >`select kind, amount from transfers where job_id = ${jobId}`;
  const sum = (prefix: string) =>
    rows.filter((r) => r.kind.startsWith(prefix)).reduce((s, r) => s + r.amount, 0n);
  const live = await sql`select 1 from attempts where job_id = ${jobId} and state = 'leased'`;
  expect(sum('capture_unused')).toBe(job?.charged ? PRICE - job.charged : 0n);
  expect(sum('hold')).toBe(job?.payer ? PRICE : 0n);
  expect([sum('capture'), sum('void')]).toEqual(
    job?.state === 'succeeded' ? [PRICE, 0n] : job?.state === 'failed' ? [0n, PRICE] : [0n, 0n],
  );
  expect(live.length).toBe(job?.state === 'running' ? 1 : 0);
  expect(job?.settlement ?? null).toBe(
    job?.state === 'succeeded' ? 'captured' : job?.state === 'failed' ? 'voided' : null,
  );
}

function store() {
  return createWatcherStore({
    sql: db.database.sql,
    accounts,
    tokenAccount: 'ours',
    onRecorded: () => Promise.resolve(),
  });
}

function record(signature: string, amount: bigint, payer: string, memo: string): Promise<void> {
  const seen = {
    signature,
    slot: 1n,
    succeeded: true,
    delta: amount,
    payer,
    payerSigned: true,
    memo,
    blockTime: 1,
  };
  return store().record([seen], false);
}

async function completeSource(): Promise<JobId> {
  const { sql } = db.database;
  const jobId = await insertJob(sql, { price: PRICE });
  await record(randomUUID(), PRICE, 'payer of the source', jobId);
  await sql.begin((tx) => fundJobs(tx, accounts, [jobId]));
  const attemptId = await leaseJob(sql, jobId, NODE);
  if (!attemptId) throw new Error('The source was not queued');
  await complete(jobId, attemptId, { key: 'k', madeAt: Date.now(), statement: '{}', signature: 's' });
  return jobId;
}

async function complete(jobId: JobId, attemptId: AttemptId, copy: NewCopy | null = null): Promise<void> {
  // Some attempts are charged less than was held.
  const unused = attemptId > '8' ? 300n : 0n;
  await completeJobs(db.database.sql, accounts, [
    {
      jobId,
      attemptId,
      nodeId: NODE,
      unused,
      nodeShare: 700n - unused,
      burnShare: 1n,
      payload: '{}',
      payloadSha256: 'b'.repeat(64),
      statement: { text: '{}', signature: 's' },
      artifacts: [],
      copy,
    },
  ]);
}

function end(jobId: JobId, attemptId: AttemptId, isFinal: boolean): Promise<boolean> {
  const failure = isFinal ? ({ code: 'NODE_FAILED', message: 'no' } as const) : null;
  return endAttempt(db.database.sql, accounts, {
    jobId,
    attemptId,
    router: null,
    state: 'lapsed',
    reason: 'test',
    failure,
  });
}

/** A process that dies between its statements and its commit. */
async function crashedTransaction(): Promise<void> {
  const crash = new Error('killed');
  await db.database.sql
    .begin(async (tx) => {
      await tx`insert into transfers (idem, kind, debit, credit, amount)
        select ${randomUUID()}, 'credit', ${accounts.treasury}::bigint, ${accounts.suspense}::bigint, 7`;
      throw crash;
    })
    .catch((error: unknown) => expect(error).toBe(crash));
}
