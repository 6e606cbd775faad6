import { randomUUID } from 'node:crypto';
import type { AttemptId, JobId, NodeId } from '@watt/shared';
import { AppError } from '@watt/shared';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadBalance, withdraw } from '../../src/balance/balance.ts';
import { completeJobs, endAttempt } from '../../src/jobs/jobs.ts';
import {
  loadSystemAccounts,
  openAccounts,
  type SystemAccounts,
  trialBalance,
} from '../../src/ledger/ledger.ts';
import { fundJobs } from '../../src/payments/fund-jobs.ts';
import { createWatcherStore } from '../../src/payments/watcher-store.ts';
import { deposit } from '../harness/deposit.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';
import { insertJob, leaseJob } from '../harness/insert-job.ts';

const NODE = 'node-of-the-property-test' as NodeId;
const PRICE = 100n;
const BUDGET = 2n * PRICE;
let db: FreshDatabase;
let accounts: SystemAccounts;

beforeAll(async () => {
  db = await freshDatabase();
  accounts = await loadSystemAccounts(db.database.sql);
  await openAccounts(db.database.sql, 'node', [NODE]);
});
afterAll(() => db?.drop());

/** What happens to one wallet: each step is what some call or process might do, at the same time as others. */
const step = fc.constantFrom(
  'deposit',
  'deposit',
  'finalize',
  'orphan',
  'spend',
  'spend by key',
  'complete',
  'fail',
  'withdraw',
  'withdraw all',
  'crash',
);

it('lets nobody spend beyond a budget or withdraw what never was, whatever comes between', async () => {
  const rounds = fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(rounds, async (plan) => {
      const life = await createLife();
      for (const round of plan) {
        await Promise.all(round.map((name) => life.run[name]?.()));
        await life.check();
      }
    }),
    { numRuns: 40 },
  );
});

it('keeps what a failed job gives back for a payment that disappeared', async () => {
  const life = await createLife();
  for (const name of ['deposit', 'spend', 'orphan', 'fail', 'withdraw all', 'withdraw'])
    await life.run[name]?.();
  await life.check();
  expect(await loadBalance(db.database.sql, life.wallet)).toMatchObject({
    available: PRICE,
    owed: PRICE,
    withdrawable: 0n,
  });
});

async function createLife() {
  const { sql } = db.database;
  const wallet = `wallet-${randomUUID()}`;
  const keyId = randomUUID();
  await sql`
    insert into api_keys (id, wallet, name, secret_sha256, scopes, budget_per_day)
    values (${keyId}, ${wallet}, 'test', '', '{spend}', ${BUDGET.toString()}::bigint)`;
  const payments: string[] = [];
  const jobs: { jobId: JobId; attemptId: AttemptId }[] = [];
  const store = createWatcherStore({
    sql,
    accounts,
    tokenAccount: 'ours',
    onRecorded: async () => undefined,
  });

  const spend = async (key: string | null): Promise<void> => {
    const jobId = await insertJob(sql, { price: PRICE });
    const spenders = new Map([[jobId as string, { wallet, keyId: key }]]);
    const outcomes = await sql.begin((tx) => fundJobs(tx, accounts, [jobId], { spenders }));
    const attemptId = outcomes.get(jobId)?.funded ? await leaseJob(sql, jobId, NODE) : null;
    if (attemptId) jobs.push({ jobId, attemptId });
  };
  const take = (asked: bigint | 'all') =>
    withdraw(sql, accounts, { wallet, keyId: null, asked, idempotencyKey: randomUUID(), minimum: 1n }).catch(
      (error: unknown) => {
        if (!(error instanceof AppError)) throw error;
      },
    );
  const run: Record<string, () => Promise<unknown>> = {
    deposit: async () => payments.push(await deposit(sql, { wallet, amount: 150n, status: 'confirmed' })),
    finalize: async () => sql`
      update chain_credits set status = 'finalized' where signature = ${payments.at(-1) ?? ''} and status = 'confirmed'`,
    orphan: () => store.orphan(payments.at(-1) ?? ''),
    spend: () => spend(null),
    'spend by key': () => spend(keyId),
    complete: () => Promise.all(jobs.slice(-1).map((job) => complete(job, 0n))),
    'complete for less': () => Promise.all(jobs.slice(-1).map((job) => complete(job, 29n))),
    fail: () => Promise.all(jobs.slice(-2).map(fail)),
    withdraw: () => take(70n),
    'withdraw all': () => take('all'),
    crash: () =>
      sql
        .begin(async (tx) => {
          const jobId = await insertJob(sql, { price: PRICE });
          const spenders = new Map([[jobId as string, { wallet, keyId }]]);
          await fundJobs(tx, accounts, [jobId], { spenders });
          throw new Error('crash');
        })
        .catch(() => undefined),
  };

  async function check(): Promise<void> {
    expect((await trialBalance(sql)).balanced).toBe(true);
    const [sums] = await sql<{ spent: bigint; granted: bigint; withdrawn: bigint; finalized: bigint }[]>`
      select coalesce((select sum(spent) from api_key_days where key_id = ${keyId}), 0)::bigint as spent,
        coalesce((
          select sum(coalesce(j.charged, j.price)) from job_authorities g join jobs j on j.id = g.job_id
          where g.key_id = ${keyId} and j.state <> 'failed'), 0)::bigint as granted,
        coalesce((select sum(amount) from payouts where wallet = ${wallet}), 0)::bigint as withdrawn,
        coalesce((
          select sum(amount) from chain_credits where payer = ${wallet} and status = 'finalized'), 0)::bigint as finalized`;
    expect(sums?.spent).toBe(sums?.granted);
    expect((sums?.spent ?? 0n) <= BUDGET).toBe(true);
    expect((sums?.withdrawn ?? 0n) <= (sums?.finalized ?? 0n)).toBe(true);
  }
  return { wallet, run, check };
}

async function complete(
  { jobId, attemptId }: { jobId: JobId; attemptId: AttemptId },
  unused: bigint,
): Promise<void> {
  const result = { payload: '{}', payloadSha256: '', statement: { text: '', signature: '' }, artifacts: [] };
  await completeJobs(db.database.sql, accounts, [
    { jobId, attemptId, nodeId: NODE, unused, nodeShare: 70n - unused, burnShare: 0n, ...result },
  ]);
}

async function fail({ jobId, attemptId }: { jobId: JobId; attemptId: AttemptId }): Promise<void> {
  const failure = { code: 'NODE_FAILED' as const, message: 'as the test said' };
  await endAttempt(db.database.sql, accounts, {
    jobId,
    attemptId,
    router: null,
    state: 'failed',
    reason: '',
    failure,
  });
}
