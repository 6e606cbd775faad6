import { AppError, isErrorCode, type JobId } from '@watt/shared';
import type { JobReader, JobRecord, Waiters } from '../jobs/jobs.ts';
import { acceptedBody, RETRY_AFTER_SECONDS, refundOf, resultBody, statusUrl } from './answers.ts';
import type { Answer } from './submission.ts';

const POLL_MS = 1000;

export interface ResultAwaiterOptions {
  jobs: JobReader;
  waiters: Waiters;
  clock: () => number;
}

/** Waits for a paid job to end, as long as the caller and the limit allow; then its answer, or 202. Throws the job's own failure. */
export async function awaitResult(
  options: ResultAwaiterOptions,
  id: JobId,
  { waitMs, signal }: { waitMs: number; signal: AbortSignal },
): Promise<Answer> {
  const { jobs, waiters, clock } = options;
  const until = clock() + waitMs;
  for (;;) {
    const job = await loadJob(jobs, id);
    if (job.finishedAt !== null) return endedAnswer(jobs, job);
    const left = until - clock();
    if (left <= 0 || signal.aborted) {
      const headers = { 'retry-after': `${RETRY_AFTER_SECONDS}`, location: statusUrl(id) };
      return { status: 202, body: acceptedBody(job, RETRY_AFTER_SECONDS), headers };
    }
    await waiters.wait(id, { ms: Math.min(POLL_MS, left), signal });
  }
}

/** Throws JOB_NOT_FOUND. */
export async function loadJob(jobs: JobReader, id: JobId): Promise<JobRecord> {
  const job = await jobs.find(id);
  if (!job) throw new AppError('JOB_NOT_FOUND', { extra: { job_id: id } });
  return job;
}

async function endedAnswer(jobs: JobReader, job: JobRecord): Promise<Answer> {
  if (job.state === 'expired') throw new AppError('JOB_EXPIRED', { extra: { job_id: job.id } });
  const body = resultBody(job, await jobs.files(job));
  if (job.state === 'succeeded') return { status: 200, body };
  const code = String(body['code']);
  throw new AppError(isErrorCode(code) ? code : 'NODE_FAILED', {
    detail: String(body['error']),
    extra: {
      job_id: job.id,
      metadata: body['metadata'],
      watt_charged: 0,
      watt_burned: 0,
      refund: refundOf(job),
    },
  });
}
