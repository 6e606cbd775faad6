import { type AttemptId, createJobId, type JobId, type NodeId, sha256Hex } from '@watt/shared';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { completeJobs, markClosed, markReady, registerJobs } from '../../src/jobs/jobs.ts';
import { loadSystemAccounts, openAccounts } from '../../src/ledger/ledger.ts';
import { fundJobs } from '../../src/payments/fund-jobs.ts';
import { deposit } from '../harness/deposit.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';
import { leaseJob } from '../harness/insert-job.ts';

let db: FreshDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.drop());

const sql = () => db.database.sql;

async function insertSession(): Promise<JobId> {
  const id = createJobId();
  await registerJobs(sql(), [
    {
      id,
      service: 'execute',
      request: '{"language":"python","memory_mb":256,"session":{"minutes":10}}',
      requestSha256: sha256Hex(id),
      commitment: `w1:${id}`,
      price: 5000n,
      split: { node: 3500n, burn: 7n, revenue: 1493n } as never,
      sessionMinutes: 10,
      expiresAt: Date.now() + 60_000,
    },
  ]);
  return id;
}

async function insertLease(jobId: JobId): Promise<string> {
  const [row] = await sql()<{ id: string }[]>`
    insert into attempts (id, job_id, node_id, state, deadline) values (${crypto.randomUUID()}, ${jobId}, 'n', 'leased', now())
    returning id`;
  return row?.id ?? '';
}

it('readiness and close are said once, in this order, and while the lease lives', async () => {
  const attemptId = (await insertLease(await insertSession())) as never;
  expect(await markClosed(sql(), { attemptId, at: 1_000_000 })).toBeNull();
  expect(await markReady(sql(), { attemptId, at: 1_000_000 })).toBe(1_000_000);
  expect(await markReady(sql(), { attemptId, at: 2_000_000 })).toBe(1_000_000);
  // A clock that was set back closes nothing before it began.
  expect(await markClosed(sql(), { attemptId, at: 500_000 })).toBe(1_000_000);
  expect(await markClosed(sql(), { attemptId, at: 3_000_000 })).toBe(1_000_000);
  for (const change of ['ready_at = now()', 'ready_at = null', 'closed_at = now()', 'closed_at = null']) {
    await expect(sql().unsafe(`update attempts set ${change} where id = $1`, [attemptId])).rejects.toThrow(
      /said once/,
    );
  }
  const over = (await insertLease(await insertSession())) as never;
  await sql()`update attempts set state = 'lapsed', finished_at = now() where id = ${over}`;
  expect(await markReady(sql(), { attemptId: over, at: 1 })).toBeNull();
  await expect(sql()`update attempts set ready_at = now() where id = ${over}`).rejects.toThrow(/said once/);
});

it('what was booked stays, and only executions are sessions', async () => {
  const id = await insertSession();
  await expect(sql()`update jobs set session_minutes = 60 where id = ${id}`).rejects.toThrow(
    /session_minutes/,
  );
  await expect(sql()`update jobs set session_minutes = null where id = ${id}`).rejects.toThrow(
    /session_minutes/,
  );
  for (const [service, minutes] of [
    ['scrape', 10],
    ['execute', 0],
  ] as const) {
    await expect(
      sql()`insert into jobs (id, service, state, request, request_sha256, commitment, price, node_share, burn_share, session_minutes, expires_at)
        values (${createJobId()}, ${service}, 'awaiting_payment', '{}', '', '', 1, 0, 0, ${minutes}, now())`,
    ).rejects.toThrow(/session_of_minutes/);
  }
});

it('a session that was never ready is not charged', async () => {
  const accounts = await loadSystemAccounts(sql());
  await openAccounts(sql(), 'node', ['n']);
  const jobId = await insertSession();
  const wallet = `wallet of ${jobId}`;
  await deposit(sql(), { wallet, amount: 5000n });
  const spenders = new Map([[jobId as string, { wallet, keyId: null }]]);
  await sql().begin((tx) => fundJobs(tx, accounts, [jobId], { spenders }));
  const nodeId = 'n' as NodeId;
  const attemptId = (await leaseJob(sql(), jobId, nodeId)) as AttemptId;
  const complete = () =>
    completeJobs(sql(), accounts, [
      {
        ...{ jobId, attemptId, nodeId, unused: 0n, nodeShare: 3500n, burnShare: 7n },
        ...{ payload: '{}', payloadSha256: '', statement: { text: '', signature: '' }, artifacts: [] },
      },
    ]);
  await expect(complete()).rejects.toThrow(/never ready/);
  await markReady(sql(), { attemptId, at: Date.now() });
  expect(await complete()).toEqual([true]);
});
