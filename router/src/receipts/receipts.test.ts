import { canonicalJson, createSigningKey, verifyReceipt } from '@watt/shared';
import { describe, expect, it } from 'vitest';
import { jobRecord } from '../../test/harness/job-record.ts';
import { resultBody } from '../intake/intake.ts';
import type { JobRecord } from '../jobs/jobs.ts';
import { buildReceipt } from './receipts.ts';

const key = createSigningKey();
const payTo = {
  computeWallet: 'wallet',
  tokenAccount: 'account',
  mint: 'mint',
  tokenProgram: 'program',
  network: 'x',
};
const payload = canonicalJson({
  success: true,
  output: { stdout: 'hi\n', stderr: '', exit_code: 0 },
  metadata: { language: 'python', execution_ms: 5, memory_used_mb: 9 },
});
const failure = canonicalJson({ success: false, code: 'SCRAPE_FAILED', error: 'no answer' });
const receiptOf = (job: JobRecord) => buildReceipt(job, { key, payTo });

describe('buildReceipt', () => {
  it('proves a captured job, with its answer', () => {
    const job = jobRecord(payload);
    const check = verifyReceipt(receiptOf(job), { router: key.publicKey, response: resultBody(job, []) });
    expect(check).toMatchObject({
      valid: true,
      facts: {
        settlement: 'captured',
        price: '500000000',
        charged: '500000000',
        node_share: '350000000',
        burned: '750000',
        revenue: '149250000',
        payer: job.payer,
        node: job.nodeId,
        payment_signatures: ['signature'],
        mint: 'mint',
        pay_to: 'wallet',
      },
    });
  });

  it('proves a job that a node said it could not do: nobody is charged', () => {
    const job = jobRecord(failure, { settlement: 'voided' });
    const check = verifyReceipt(receiptOf(job), { router: key.publicKey, response: resultBody(job, []) });
    expect(check).toMatchObject({
      valid: true,
      facts: {
        settlement: 'voided',
        price: '500000000',
        charged: '0',
        node_share: '0',
        burned: '0',
        revenue: '0',
      },
    });
  });

  it('proves a job that no node answered, and names none though one had it', () => {
    const nothing = { statement: null, statementSignature: null, resultSha256: null };
    const job = jobRecord(failure, { settlement: 'voided', ...nothing });
    const receipt = receiptOf(job);
    expect(receipt).toMatchObject({ node_statement: null, node_signature: null });
    expect(verifyReceipt(receipt, { router: key.publicKey })).toMatchObject({
      valid: true,
      facts: { node: null, attempt_id: null, result_sha256: null, charged: '0' },
    });
  });

  it('gives the same letters each time', () => {
    const job = jobRecord(payload);
    expect(receiptOf(job)).toEqual(receiptOf({ ...job }));
  });

  it('that is none, or lacks a part, proves nothing', () => {
    const receipt = receiptOf(jobRecord(payload));
    const hostile = [
      null,
      'receipt',
      [],
      {},
      { ...receipt, node_statement: 7 },
      { ...receipt, receipt: null },
    ];
    for (const one of hostile) {
      expect(verifyReceipt(one as never, { router: key.publicKey })).toMatchObject({ valid: false });
    }
  });

  it('does not prove another answer, another request or another router', () => {
    const job = jobRecord(payload);
    const receipt = receiptOf(job);
    const response = { ...resultBody(job, []), output: { stdout: 'ho\n', stderr: '', exit_code: 0 } };
    expect(verifyReceipt(receipt, { router: key.publicKey, response }).valid).toBe(false);
    expect(verifyReceipt(receipt, { router: key.publicKey, requestBody: '{}' }).valid).toBe(false);
    expect(verifyReceipt(receipt, { router: createSigningKey().publicKey }).valid).toBe(false);
  });
});
