import { canonicalJson, sha256Hex } from '@watt/shared';
import { describe, expect, it } from 'vitest';
import { jobRecord } from '../../test/harness/job-record.ts';
import { acceptedBody, refundOf, resultBody } from './answers.ts';

const executed = canonicalJson({
  success: false,
  code: 'EXECUTION_ERROR',
  error: 'exit code 1',
  output: { stdout: '', stderr: 'no', exit_code: 1 },
  metadata: { language: 'python', execution_ms: 5, memory_used_mb: 9 },
});
const screenshot = Buffer.from('png');
const ref = { content_type: 'image/png', sha256: sha256Hex(screenshot), size_bytes: 3 };
const page = (data: object) => canonicalJson({ success: true, data, metadata: { url: 'https://e.com/' } });

describe('resultBody', () => {
  it('has the members of the specification in its order', () => {
    const body = resultBody(jobRecord(page({ title: 'A page' }), { service: 'scrape' }), []);
    expect(Object.keys(body)).toEqual([
      'success',
      'job_id',
      'data',
      'metadata',
      'watt_charged',
      'watt_burned',
    ]);
    expect(body).toMatchObject({
      success: true,
      data: { title: 'A page' },
      watt_charged: 500,
      watt_burned: 0.75,
    });
  });

  it('says beside the signed part whether a copy served it, how old that was, and what goes back', () => {
    const request = JSON.stringify({ url: 'https://e.com/', options: { max_age: 60 } });
    const scrape = { service: 'scrape' as const, request };
    const made = resultBody(jobRecord(page({ title: 'A page' }), scrape), []);
    expect(made).toMatchObject({ cache: { hit: false }, watt_charged: 500 });
    expect(made).not.toHaveProperty('refund');
    const times = { finishedAt: 61_999, copyMadeAt: 2000 };
    const charge = { charged: 100_000_000n, nodeShare: 70_000_000n, burnShare: 150_000n };
    const served = jobRecord(page({ title: 'A page' }), { ...scrape, ...times, ...charge });
    expect(resultBody(served, [])).toMatchObject({
      cache: { hit: true, age_seconds: 59, made_at: '1970-01-01T00:00:02.000Z' },
      watt_charged: 100,
      watt_burned: 0.15,
      refund: { watt: 400, to: served.payer, as: 'balance' },
    });
  });

  it('shows a program’s failure with its output, and charges for the work', () => {
    const body = resultBody(jobRecord(executed), []);
    expect(Object.keys(body)).toEqual([
      'success',
      'job_id',
      'error',
      'code',
      'output',
      'metadata',
      'watt_charged',
      'watt_burned',
    ]);
    expect(body).toMatchObject({ success: false, code: 'EXECUTION_ERROR', watt_charged: 500 });
  });

  it('charges nothing for what was voided', () => {
    const failure = canonicalJson({ success: false, code: 'NODE_FAILED', error: 'no' });
    expect(resultBody(jobRecord(failure, { settlement: 'voided' }), [])).toMatchObject({
      success: false,
      watt_charged: 0,
      watt_burned: 0,
    });
  });

  it('lets no member of a payload take the place of ours', () => {
    const job = jobRecord(
      canonicalJson({ ...JSON.parse(executed), job_id: 'x', watt_charged: 0, refund: {} }),
    );
    const body = resultBody(job, []);
    expect(body).toMatchObject({ job_id: job.id, watt_charged: 500 });
    expect(body).not.toHaveProperty('refund');
  });

  it('puts the bytes beside their reference, and leaves other references alone', () => {
    const lookalike = { sha256: 'f'.repeat(64), base64: 'a page’s own' };
    const text = page({ screenshot: ref, lookalike, list: [ref], text: 'x', nothing: null });
    const body = resultBody(jobRecord(text), [{ sha256: ref.sha256, bytes: screenshot }]);
    expect(body['data']).toEqual({
      screenshot: { ...ref, base64: screenshot.toString('base64') },
      lookalike,
      list: [ref],
      text: 'x',
      nothing: null,
    });
  });

  it('has names that mean something to JavaScript as mere names', () => {
    const data = JSON.parse('{"__proto__":"h1","constructor":"x"}');
    const body = resultBody(jobRecord(page(data)), [{ sha256: ref.sha256, bytes: screenshot }]);
    expect(JSON.stringify(body['data'])).toBe('{"__proto__":"h1","constructor":"x"}');
  });

  it('throws for a job that ended without a result', () => {
    expect(() => resultBody(jobRecord('', {}), [])).toThrow('ended without a result');
  });
});

describe('refundOf', () => {
  it('names who got the price back, only when it was voided', () => {
    const voided = jobRecord(executed, { settlement: 'voided', payer: 'wallet' });
    expect(refundOf(voided)).toEqual({ watt: 500, to: 'wallet', as: 'balance' });
    expect(refundOf(jobRecord(executed))).toBeNull();
    expect(refundOf(jobRecord(executed, { settlement: null }))).toBeNull();
  });
});

it('says where to ask for an accepted job', () => {
  expect(acceptedBody({ id: 'job', state: 'queued' }, 2)).toEqual({
    success: true,
    job_id: 'job',
    state: 'queued',
    status_url: '/api/v1/jobs/job',
    retry_after_seconds: 2,
  });
});
