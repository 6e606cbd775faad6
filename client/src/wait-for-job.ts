import type { JobView } from '@watt/shared';
import { answerError } from './answer-error.ts';
import type { HttpClient } from './http-client.ts';
import type { Runtime } from './runtime.ts';
import { WattError } from './watt-error.ts';

const FIRST_POLL_MS = 200;
const LAST_POLL_MS = 3_000;
const ENDED = new Set(['succeeded', 'failed', 'expired']);

/** `GET /api/v1/jobs/:id`. */
export async function fetchJob(http: HttpClient, jobId: string, signal: AbortSignal): Promise<JobView> {
  const answer = await http.send({
    method: 'GET',
    path: `/api/v1/jobs/${encodeURIComponent(jobId)}`,
    signal,
  });
  if (answer.status !== 200) throw answerError(answer, jobId);
  const isView = answer.body.job_id === jobId && typeof answer.body.state === 'string';
  if (isView) return answer.body as unknown as JobView;
  const message = 'The router’s answer is not a job';
  throw new WattError({ code: 'UNEXPECTED_ANSWER', message, status: 200, jobId, body: answer.body });
}

/** Polls until the job has ended, ever more slowly; the signal is the limit. */
export async function pollJob(
  http: HttpClient,
  jobId: string,
  options: { runtime: Runtime; signal: AbortSignal },
): Promise<JobView> {
  for (let wait = FIRST_POLL_MS; ; wait = Math.min(LAST_POLL_MS, wait * 1.5)) {
    const job = await fetchJob(http, jobId, options.signal);
    if (ENDED.has(job.state)) return job;
    await options.runtime.sleep(wait, options.signal);
  }
}
