import { copyStatement, createSigningKey, type JobMessage, sha256Hex, verifyText } from '@watt/shared';
import { expect, test } from 'vitest';
import { journalEntry } from './journal-entry.ts';

const key = createSigningKey();
const by = { key, router: 'router' };
const attempt = {
  job: { attempt_id: 'a', job_id: 'j', service: 'scrape', request_sha256: 'r' } as unknown as JobMessage,
  result: {
    outcome: 'completed' as const,
    retryable: false,
    payload: '{"success":true}',
    artifacts: [{ content_type: 'image/png', sha256: 's', size_bytes: 1, bytes: Buffer.from([1]) }],
  },
  startedAt: 1,
  finishedAt: 2,
};

test('a result that is for nobody else has no word about copies', () => {
  expect(journalEntry({ ...attempt, copyKey: null }, by)).toEqual({
    ...{ attempt_id: 'a', job_id: 'j', service: 'scrape', request_sha256: 'r', router: 'router' },
    ...{ outcome: 'completed', retryable: false, payload: '{"success":true}', started_at: 1, finished_at: 2 },
    artifacts: [{ content_type: 'image/png', sha256: 's', size_bytes: 1 }],
  });
});

test('one that others may be given is signed for them, without the job', () => {
  const { copy = '', artifacts, finished_at, payload } = journalEntry({ ...attempt, copyKey: 'k' }, by);
  const header = { node: key.publicKey, body_sha256: sha256Hex(payload), artifacts, finished_at };
  const statement = copyStatement(header, 'k');
  expect(verifyText(key.publicKey, 'watt/copy/1', statement, copy)).toBe(true);
  expect(statement).not.toContain('"j"');
});
