import { randomUUID } from 'node:crypto';
import type { NodeId } from '@watt/shared';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { completeJobs } from '../../src/jobs/jobs.ts';
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

const JOBS = 120;
const PRICE = 1000n;
let db: FreshDatabase;
let accounts: SystemAccounts;

beforeAll(async () => {
  db = await freshDatabase();
  accounts = await loadSystemAccounts(db.database.sql);
  await openAccounts(db.database.sql, 'node', ['one-busy-node']);
});
afterAll(() => db.drop());

it('never deadlocks while many transactions pay, hold and capture for the same wallet and node', async () => {
  const { sql } = db.database;
  const node = 'one-busy-node' as NodeId;
  const store = createWatcherStore({
    sql,
    accounts,
    tokenAccount: 'ours',
    onRecorded: () => Promise.resolve(),
  });
  const life = async (): Promise<void> => {
    const jobId = await insertJob(sql, { price: PRICE });
    const seen = {
      slot: 1n,
      succeeded: true,
      delta: PRICE,
      payer: 'one wallet',
      payerSigned: true,
      blockTime: 1,
    };
    await store.record([{ ...seen, signature: randomUUID(), memo: jobId }], false);
    await sql.begin((tx) => fundJobs(tx, accounts, [jobId]));
    const attemptId = await leaseJob(sql, jobId, node);
    if (!attemptId) throw new Error('not queued');
    const result = {
      payload: '{}',
      payloadSha256: '',
      statement: { text: '', signature: '' },
      artifacts: [],
    };
    const shares = { unused: 0n, nodeShare: 700n, burnShare: 1n };
    const [isDone] = await completeJobs(sql, accounts, [
      { jobId, attemptId, nodeId: node, ...shares, ...result },
    ]);
    expect(isDone).toBe(true);
  };
  await Promise.all(Array.from({ length: JOBS }, life));
  expect(await trialBalance(sql)).toMatchObject({
    nodes: 700n * BigInt(JOBS),
    customers: 0n,
    held: 0n,
    balanced: true,
  });
});
