import { ScrapePayloadSchema, sha256Hex } from '@watt/shared';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import type { ScrapeCompleted } from '../scrape/scrape-task.ts';
import { scrapeResult } from './scrape-result.ts';

const completed: ScrapeCompleted = {
  kind: 'completed',
  data: { text: 'hello' },
  metadata: {
    url: 'https://a.example/',
    status: 200,
    content_type: null,
    encoding: 'utf-8',
    redirects: [],
    title: null,
    scraped_at: '2026-01-01T00:00:00.000Z',
    size_bytes: 5,
    execution_ms: 1,
    timings: {},
  },
  artifacts: [],
};

test('a page is a payload of the contract, and its screenshot a reference in it', () => {
  const bytes = Buffer.from('png');
  const result = scrapeResult({
    ...completed,
    artifacts: [{ field: 'screenshot', content_type: 'image/png', bytes, width: 2, height: 1 }],
  });
  const payload = JSON.parse(result.payload);
  expect(Compile(ScrapePayloadSchema).Errors(payload)).toEqual([]);
  const ref = { content_type: 'image/png', sha256: sha256Hex(bytes), size_bytes: 3, width: 2, height: 1 };
  expect(payload.data).toEqual({ text: 'hello', screenshot: ref });
  expect(result.artifacts).toEqual([{ ...ref, bytes }]);
});

test('a page that could not be had keeps its code, its reason and whose rule it was', () => {
  const result = scrapeResult({
    kind: 'failed',
    code: 'DOMAIN_BLOCKED',
    message: 'no',
    reason: 'blocked',
    refused: { rule: 'blocked-domain', by: 'router', pattern: '*.gov' },
    retryable: false,
  });
  expect(result).toMatchObject({ outcome: 'failed', retryable: false, artifacts: [] });
  expect(JSON.parse(result.payload)).toEqual({
    success: false,
    code: 'DOMAIN_BLOCKED',
    error: 'no',
    metadata: {
      reason: 'blocked',
      retryable: false,
      rule: 'blocked-domain',
      rule_by: 'router',
      pattern: '*.gov',
    },
  });
});

test('a page too large for a frame is a failure that nobody else can mend', () => {
  const result = scrapeResult({ ...completed, data: { text: 'x'.repeat(9 * 1024 * 1024) } });
  expect(result).toMatchObject({ outcome: 'failed', retryable: false });
});
