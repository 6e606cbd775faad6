import { createSigningKey, type Hello, type NodeId } from '@watt/shared';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endAttempt } from '../../src/jobs/jobs.ts';
import { loadSystemAccounts, type SystemAccounts } from '../../src/ledger/ledger.ts';
import { saveNode } from '../../src/nodes/nodes.ts';
import { queueJob } from '../copies/copy-steps.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';
import { leaseJob } from '../harness/insert-job.ts';

let db: FreshDatabase;
let accounts: SystemAccounts;
const node = createSigningKey().publicKey as NodeId;
beforeAll(async () => {
  db = await freshDatabase();
  const { sql } = db.database;
  accounts = await loadSystemAccounts(sql);
  const capabilities = { scrape: null, execute: null };
  const hello = { node, name: 'n', class: 'pc', version: '1', wallet: null, capabilities };
  await saveNode(sql, hello as unknown as Hello, 1);
});
afterAll(() => db?.drop());

async function leasedJob() {
  const { sql } = db.database;
  const jobId = await queueJob({ sql, accounts }, { body: { url: 'https://example.com/' }, price: 5n });
  const attemptId = await leaseJob(sql, jobId, node);
  if (!attemptId) throw new Error('the job was not leased');
  return { jobId, attemptId };
}

it.each([
  ['NUL', 'a\0b', 'ab'],
  ['half a pair', 'a\ud800b', 'a\ufffdb'],
  ['no end', 'x'.repeat(100_000), 'x'.repeat(500)],
])('a node’s reason with %s does not keep its lease alive', async (_, reason, stored) => {
  const { sql } = db.database;
  const { jobId, attemptId } = await leasedJob();
  expect(
    await endAttempt(sql, accounts, {
      jobId,
      attemptId,
      router: null,
      state: 'failed',
      reason,
      failure: null,
    }),
  ).toBe(true);
  const [attempt] = await sql`select state, reason from attempts where id = ${attemptId}`;
  expect(attempt).toMatchObject({ state: 'failed', reason: stored });
  const [job] = await sql`select state from jobs where id = ${jobId}`;
  expect(job).toMatchObject({ state: 'queued' });
});
