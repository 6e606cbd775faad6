import {
  type AttemptId,
  base,
  createAttemptId,
  createJobId,
  type JobId,
  type NodeId,
  splitPrice,
} from '@watt/shared';
import type { SqlClient } from '../../src/db/connect.ts';
import { leaseJobs, registerJobs } from '../../src/jobs/jobs.ts';

const HOUR_MS = 3_600_000;
const REQUEST = {
  url: 'https://example.com/',
  output_format: 'text',
  options: { javascript: false, screenshots: false, timeout: 5 },
};

/** An unpaid job of this price. Returns its id. */
export async function insertJob(sql: SqlClient, job: { price: bigint; expiresAt?: number }): Promise<JobId> {
  const id = createJobId();
  await registerJobs(sql, [
    {
      id,
      service: 'scrape',
      request: JSON.stringify(REQUEST),
      requestSha256: 'a'.repeat(64),
      commitment: `w1:${id}`,
      price: job.price,
      split: splitPrice(base(job.price), { nodeBps: 7000, burnBps: 15 }),
      expiresAt: job.expiresAt ?? Date.now() + HOUR_MS,
    },
  ]);
  return id;
}

/** Leases a queued job to a node, for a router if one is named. Returns the attempt, or null when the job was not queued. */
export async function leaseJob(
  sql: SqlClient,
  jobId: JobId,
  nodeId: NodeId,
  router: number | null = null,
): Promise<AttemptId | null> {
  const attemptId = createAttemptId();
  const leased = await leaseJobs(sql, [{ jobId, attemptId, nodeId, deadline: Date.now() + HOUR_MS }], router);
  return leased.has(attemptId) ? attemptId : null;
}
