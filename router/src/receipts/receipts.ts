import {
  base,
  type Receipt,
  type ReceiptFacts,
  readCopyStatement,
  type SigningKey,
  signReceipt,
} from '@watt/shared';
import { maxAgeOf } from '../copies/copies.ts';
import type { JobRecord } from '../jobs/jobs.ts';
import type { PayTo } from '../payments/payments.ts';

/**
 * The receipt of a job whose money is settled. It is built from what is stored and signed when it is asked for: Ed25519 is
 * deterministic, so asking twice gives the same letters.
 */
export function buildReceipt(job: JobRecord, by: { key: SigningKey; payTo: PayTo }): Receipt {
  const isCaptured = job.settlement === 'captured';
  const hasAnswer = job.statement !== null && job.statementSignature !== null;
  const charged = job.charged ?? job.price;
  const revenue = base(charged - job.nodeShare - job.burnShare);
  const amount = (units: bigint): string => `${isCaptured ? units : 0n}`;
  const facts: ReceiptFacts = {
    version: 1,
    job_id: job.id,
    service: job.service,
    settlement: isCaptured ? 'captured' : 'voided',
    request_sha256: job.requestSha256,
    result_sha256: hasAnswer ? job.resultSha256 : null,
    price: `${job.price}`,
    charged: amount(charged),
    node_share: amount(job.nodeShare),
    burned: amount(job.burnShare),
    revenue: amount(revenue),
    payer: job.payer,
    payment_signatures: job.paymentSignatures,
    mint: by.payTo.mint,
    pay_to: by.payTo.computeWallet,
    node: hasAnswer ? job.nodeId : null,
    attempt_id: hasAnswer ? job.attemptId : null,
    router: by.key.publicKey,
    finished_at: new Date(job.finishedAt ?? 0).toISOString(),
    ...copyFacts(job),
  };
  const statement =
    job.statement !== null && job.statementSignature !== null
      ? { text: job.statement, signature: job.statementSignature }
      : null;
  return signReceipt(by.key, facts, statement);
}

/** What a job was served with that no node did; its statement is then about the copy. */
function copyFacts(job: JobRecord): Pick<ReceiptFacts, 'copy'> {
  if (job.copyMadeAt === null) return {};
  const statement = readCopyStatement(job.statement ?? '');
  const maxAge = maxAgeOf(job);
  if (!statement || maxAge === null)
    throw new Error(`Job ${job.id} was served from a copy without a statement`);
  const madeAt = new Date(job.copyMadeAt).toISOString();
  return { copy: { request_sha256: statement.request_sha256, made_at: madeAt, max_age: maxAge } };
}
