import { createHash } from 'node:crypto';
import { type JobId, parseWallet, publicKeyBytes, type Wallet } from './ids.ts';
import { canSign } from './signing/can-sign.ts';

const COMMITMENT_PREFIX = 'w1:';
const DEPOSIT = /^\s*deposit:([1-9A-HJ-NP-Za-km-z]{32,44})\s*$/i;

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

/** The wallet that a memo `deposit:<wallet>` credits in place of the sender, as for a withdrawal from an exchange; null for other memos. */
export function depositWallet(memo: string): Wallet | null {
  const wallet = parseWallet(DEPOSIT.exec(memo)?.[1] ?? '');
  const bytes = wallet && publicKeyBytes(wallet);
  // Nobody holds the key of another one, so nobody could ever spend the balance.
  return bytes && canSign(bytes) ? wallet : null;
}

/** Brings a memo seen on chain to the form that jobs are looked up by: UUIDs compare without case, wallets do not. */
export function normaliseMemo(memo: string): string {
  const isHash = memo.startsWith(COMMITMENT_PREFIX) || memo.startsWith(X402_MEMO_PREFIX);
  if (isHash) return memo;
  const [, wallet] = DEPOSIT.exec(memo) ?? [];
  return wallet ? `deposit:${wallet}` : memo.trim().toLowerCase();
}
