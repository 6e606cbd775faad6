import { randomUUID } from 'node:crypto';
import {
  base,
  copyKey,
  createJobId,
  type JobId,
  type NodeId,
  normaliseScrape,
  type ScrapeBody,
  sha256Hex,
  splitPrice,
} from '@watt/shared';
import type { SqlClient } from '../../src/db/connect.ts';
import { completeJobs, registerJobs } from '../../src/jobs/jobs.ts';
import type { SystemAccounts } from '../../src/ledger/ledger.ts';
import { fundJobs } from '../../src/payments/fund-jobs.ts';
import { deposit } from '../harness/deposit.ts';
import { leaseJob } from '../harness/insert-job.ts';

interface Rooms {
  sql: SqlClient;
  accounts: SystemAccounts;
}

/** A paid scrape that waits for a node or a copy, as the database has it; no router knows of it. */
export async function queueJob(
  { sql, accounts }: Rooms,
  job: { body: ScrapeBody; price: bigint; wallet?: string },
): Promise<JobId> {
  const id = createJobId();
  const { body, price, wallet = `wallet ${id}` } = job;
  await registerJobs(sql, [
    {
      id,
      service: 'scrape',
      request: JSON.stringify(normaliseScrape(body)),
      requestSha256: sha256Hex(JSON.stringify(body)),
      commitment: `w1:${id}`,
      price,
      split: splitPrice(base(price), { nodeBps: 7000, burnBps: 15 }),
      expiresAt: Date.now() + 3_600_000,
    },
  ]);
  await deposit(sql, { wallet, amount: price, memo: id });
  await sql.begin((tx) => fundJobs(tx, accounts, [id]));
  return id;
}

/** Runs a queued job to its end, with a result that others may be given. False when somebody else had it. */
export async function completeWithCopy(
  { sql, accounts }: Rooms,
  job: { jobId: JobId; body: ScrapeBody; nodeId: NodeId; price: bigint },
): Promise<boolean> {
  const { jobId, body, nodeId, price } = job;
  const attemptId = await leaseJob(sql, jobId, nodeId);
  if (!attemptId) return false;
  const { node, burn } = splitPrice(base(price), { nodeBps: 7000, burnBps: 15 });
  const payload = JSON.stringify({ success: true, data: { by: randomUUID() }, metadata: { status: 200 } });
  const [isDone = false] = await completeJobs(sql, accounts, [
    {
      ...{ jobId, attemptId, nodeId, unused: 0n, nodeShare: node, burnShare: burn },
      payload,
      payloadSha256: sha256Hex(payload),
      statement: { text: '{}', signature: 's' },
      artifacts: [
        { content_type: 'image/png', sha256: sha256Hex(payload), size_bytes: 1, bytes: Buffer.from([1]) },
      ],
      copy: {
        key: copyKey(normaliseScrape(body)),
        madeAt: Date.now(),
        statement: '{"about":"a copy"}',
        signature: 'c',
      },
    },
  ]);
  return isDone;
}
