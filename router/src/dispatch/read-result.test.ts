import { canonicalJson, sha256Hex } from '@watt/shared';
import { describe, expect, it } from 'vitest';
import { queuedJob, resultOf } from '../../test/harness/dispatch-fakes.ts';
import { readResult } from './read-result.ts';

const job = queuedJob();
const page = queuedJob({ service: 'scrape' });
const metadata = {
  url: 'https://e.com/',
  scraped_at: '2026-01-01T00:00:00Z',
  size_bytes: 1,
  execution_ms: 1,
};
const scraped = { success: true, data: { title: 'A page' }, metadata };
const failure = (more: object = {}) => ({
  success: false,
  code: 'SCRAPE_FAILED',
  error: 'no answer',
  ...more,
});
const failed = { outcome: 'failed', retryable: true };

describe('readResult', () => {
  it('takes an execution, also one whose program failed', () => {
    expect(readResult(job, resultOf(job))).toEqual({
      kind: 'completed',
      artifacts: [],
      session: null,
      copy: null,
    });
    const payload = {
      success: false,
      code: 'EXECUTION_TIMEOUT',
      error: 'after 5 s',
      output: { stdout: '', stderr: '', exit_code: null },
      metadata: { language: 'python', execution_ms: 5000, memory_used_mb: 9.5 },
    };
    expect(readResult(job, resultOf(job, { payload }))).toMatchObject({ kind: 'completed' });
  });

  it('takes a scrape with its files', () => {
    const bytes = Buffer.from('png');
    const ref = { content_type: 'image/png', sha256: sha256Hex(bytes), size_bytes: 3 };
    const result = resultOf(page, {
      payload: { ...scraped, data: { screenshot: ref } },
      header: { artifacts: [ref] },
    });
    expect(readResult(page, result)).toMatchObject({
      kind: 'invalid',
      fault: expect.stringContaining('did not arrive'),
    });
    result.artifacts.set(ref.sha256, bytes);
    expect(readResult(page, result)).toEqual({
      kind: 'completed',
      artifacts: [{ ...ref, bytes }],
      session: null,
      copy: null,
    });
  });

  it('reads a failure with what may be done about it', () => {
    const result = resultOf(page, { payload: failure(), header: failed });
    expect(readResult(page, result)).toEqual({
      kind: 'failed',
      code: 'SCRAPE_FAILED',
      message: 'no answer',
      retryable: true,
    });
  });

  it.each([
    ['another job', { job_id: queuedJob().id }],
    ['another service', { service: 'scrape' }],
    ['another request', { request_sha256: 'b'.repeat(64) }],
  ])('refuses a result for %s', (_, header) => {
    expect(readResult(job, resultOf(job, { header }))).toEqual({
      kind: 'invalid',
      fault: 'the result is for another job',
    });
  });

  it.each([
    ['no JSON', { text: '{' }],
    ['a text', { text: '"done"' }],
    ['null', { text: 'null' }],
    ['the form of the other service', { payload: scraped }],
    ['no output', { payload: { success: true, metadata: {} } }],
    ['spaces that nobody can rebuild', { text: JSON.stringify(JSON.parse(resultOf(job).payload), null, 1) }],
    [
      'members in another order',
      { text: `{"success":true,${resultOf(job).payload.slice(1).replace(',"success":true', '')}` },
    ],
    ['a member twice', { text: resultOf(job).payload.replace('{', '{"success":true,') }],
    [
      'an endless number',
      { text: resultOf(job).payload.replace('"memory_used_mb":9', '"memory_used_mb":1e999') },
    ],
    [
      'members that would stand beside ours',
      { payload: { ...JSON.parse(resultOf(job).payload), watt_charged: 0 } },
    ],
    ['another job id in the payload', { payload: { ...JSON.parse(resultOf(job).payload), job_id: 'x' } }],
  ])('refuses %s', (_, more) => {
    expect(readResult(job, resultOf(job, more)).kind).toBe('invalid');
  });

  it.each([
    ['an execution’s success', JSON.parse(resultOf(job).payload)],
    ['a code that asks for money', failure({ code: 'PAYMENT_NOT_FOUND' })],
    ['a code that says it goes on', failure({ code: 'PAYMENT_PENDING' })],
    ['a code that is ours', failure({ code: 'INTERNAL' })],
    ['a code that is none', failure({ code: 'toString' })],
    ['no words', failure({ error: 5 })],
  ])('refuses a failure with %s', (_, payload) => {
    expect(readResult(page, resultOf(page, { payload, header: failed })).kind).toBe('invalid');
  });

  it('takes pages whose data look like anything', () => {
    const data = JSON.parse(
      '{"__proto__":{"a":1},"watt_charged":0,"ümlaut":"\\ud83d\\ude00","list":[1,[2,null]]}',
    );
    const text = canonicalJson({ ...scraped, data });
    expect(readResult(page, resultOf(page, { text }))).toMatchObject({ kind: 'completed' });
  });
});
