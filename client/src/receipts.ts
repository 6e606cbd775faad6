import { type Receipt, type ReceiptCheck, verifyReceipt } from '@watt/shared';
import { answerError } from './answer-error.ts';
import type { HttpClient } from './http-client.ts';
import type { ResumeTicket } from './resume-ticket.ts';
import { WattError } from './watt-error.ts';

/** What is known about a job whose receipt is to be verified; an answer of `scrape` or `runCode` fits. */
export interface Provable {
  jobId: string;
  /** With its body, the receipt must be for this very request. */
  ticket?: ResumeTicket;
  /** With it, the receipt must be for this very result. */
  response?: Record<string, unknown>;
}

/** `GET /api/v1/jobs/:id/receipt`. */
export async function fetchReceipt(http: HttpClient, jobId: string, signal: AbortSignal): Promise<Receipt> {
  const path = `/api/v1/jobs/${encodeURIComponent(jobId)}/receipt`;
  const answer = await http.send({ method: 'GET', path, signal });
  if (answer.status !== 200) throw answerError(answer, jobId);
  return answer.body as unknown as Receipt;
}

/** The public key that the router names in `GET /api/v1/pricing`. */
export async function fetchRouterKey(http: HttpClient, signal: AbortSignal): Promise<string> {
  const answer = await http.send({ method: 'GET', path: '/api/v1/pricing', signal });
  if (answer.status !== 200) throw answerError(answer);
  if (typeof answer.body.router === 'string') return answer.body.router;
  const message = 'The router does not name its key';
  throw new WattError({ code: 'UNEXPECTED_ANSWER', message, status: 200, body: answer.body });
}

/** Verifies a receipt against everything that is known about its job. */
export function checkReceipt(receipt: Receipt, job: Provable, router: string): ReceiptCheck {
  const check = verifyReceipt(receipt, {
    router,
    ...(job.ticket && { requestBody: job.ticket.body }),
    ...(job.response && { response: job.response }),
  });
  const isForJob = !check.valid || check.facts.job_id === job.jobId.toLowerCase();
  return isForJob ? check : { valid: false, fault: 'the receipt is for another job' };
}
