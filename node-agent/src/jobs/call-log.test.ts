import { expect, test } from 'vitest';
import { type AnsweredCall, createCallLog } from './call-log.ts';

const answered = (call_id: string, body: string): AnsweredCall => ({
  message: {
    type: 'call_result',
    ...{ node: 'n', attempt_id: 'a', job_id: 'j', call_id, code_sha256: 'c', started_at: 1, finished_at: 2 },
  },
  body,
});

test('the oldest answers are forgotten, their hashes are not', () => {
  const log = createCallLog(10);
  for (const id of ['1', '2', '3']) log.add(answered(id, 'x'.repeat(5)));
  expect(log.find('1')).toBeNull();
  expect(log.has('1')).toBe(true);
  expect(log.find('2')?.body).toBe('xxxxx');
  log.add(answered('4', 'x'.repeat(50)));
  expect(['1', '2', '3', '4'].filter((id) => log.find(id))).toEqual(['4']);
  expect(log.transcript().map((call) => call.call_id)).toEqual(['1', '2', '3', '4']);
});
