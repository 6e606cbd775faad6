import { createHash } from 'node:crypto';
import type { JobId } from './ids.ts';

const COMMITMENT_PREFIX = 'w1:';

/**
 * The commitment memo `w1:` + base64url(sha256(job_id + ":" + hex(sha256(body)))), where body is the exact bytes of the
 * HTTP request. It binds a payment to one request before the request is known to anyone else.
 */
export function commitmentMemo(jobId: JobId, bodySha256: string): string {
  return COMMITMENT_PREFIX + createHash('sha256').update(`${jobId}:${bodySha256}`).digest('base64url');
}

/** Memos that pay for a job: its id as the specification has it (any case), or the commitment to its body. */
export function memosForJob(jobId: JobId, bodySha256: string): [plain: string, commitment: string] {
  return [jobId, commitmentMemo(jobId, bodySha256)];
}

/** What the memos of payments over x402 begin with; they bind a payment to a request, and match no job by themselves. */
export const X402_MEMO_PREFIX = 'x1:';

/** Brings a memo seen on chain to the form that jobs are looked up by: UUIDs compare without case. */
export function normaliseMemo(memo: string): string {
  const isHash = memo.startsWith(COMMITMENT_PREFIX) || memo.startsWith(X402_MEMO_PREFIX);
  return isHash ? memo : memo.trim().toLowerCase();
}
