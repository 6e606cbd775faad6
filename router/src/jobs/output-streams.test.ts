import { createAttemptId } from '@watt/shared';
import { expect, test } from 'vitest';
import { createOutputStreams, DEFAULT_OUTPUT_STREAM_LIMITS, type OutputEvent } from './output-streams.ts';

const attemptId = createAttemptId();
const chunk = (text: string, offset: number, more: object = {}) => ({
  ...{ attemptId, stream: 'stdout' as const, offset, bytes: text.length, text },
  ...more,
});

function watched(limits = {}) {
  const outputs = createOutputStreams({ ...DEFAULT_OUTPUT_STREAM_LIMITS, ...limits });
  const events: OutputEvent[] = [];
  const leave = outputs.watch('job', (event) => void events.push(event));
  if (!leave) throw new Error('not watched');
  return { outputs, events, leave };
}

const out = (text: string) => ({ type: 'output', stream: 'stdout', text });
const gap = (bytes: number) => ({ type: 'left_out', stream: 'stdout', bytes });
const begun = { type: 'attempt', attemptId };

test('output reaches those who watch, in order, and ends', () => {
  const { outputs, events } = watched();
  expect(outputs.isWatched('job')).toBe(true);
  expect(outputs.publish('job', chunk('a', 0))).toBe(true);
  expect(outputs.publish('job', chunk('!', 0, { stream: 'stderr' }))).toBe(true);
  outputs.end('job');
  expect(events).toEqual([begun, out('a'), { ...out('!'), stream: 'stderr' }, { type: 'end' }]);
  expect(outputs.isWatched('job')).toBe(false);
  expect(outputs.publish('job', chunk('b', 1))).toBe(false);
});

test('nobody watches, nothing is kept', () => {
  const outputs = createOutputStreams();
  expect(outputs.publish('job', chunk('a', 0))).toBe(false);
  outputs.end('job');
  expect(outputs.isWatched('job')).toBe(false);
});

test('what was left out on the way is said, what came before is refused', () => {
  const { outputs, events } = watched();
  outputs.publish('job', chunk('abc', 0));
  outputs.publish('job', chunk('d', 10));
  expect(outputs.publish('job', chunk('again', 0))).toBe(false);
  outputs.publish('job', chunk('', 20, { bytes: 0 }));
  expect(events).toEqual([begun, out('abc'), gap(7), out('d'), gap(9)]);
});

test('another attempt begins from nothing, and late watchers see only the latest', () => {
  const { outputs, events } = watched();
  outputs.publish('job', chunk('first', 0));
  const second = createAttemptId();
  outputs.publish('job', chunk('again', 0, { attemptId: second }));
  const late: OutputEvent[] = [];
  outputs.watch('job', (event) => void late.push(event));
  expect(late).toEqual([{ type: 'attempt', attemptId: second }, out('again')]);
  expect(events).toEqual([begun, out('first'), ...late]);
});

test('those who leave hear nothing; a job that runs remembers for those who come back', () => {
  const { outputs, events, leave } = watched();
  outputs.publish('job', chunk('a', 0));
  leave();
  expect(outputs.publish('job', chunk('b', 1))).toBe(true);
  expect(events).toEqual([begun, out('a')]);
  const back: OutputEvent[] = [];
  outputs.watch('job', (event) => void back.push(event));
  expect(back).toEqual([begun, out('a'), out('b')]);
});

test('a job that never ran is forgotten with its last watcher', () => {
  const { outputs, leave } = watched();
  leave();
  expect(outputs.isWatched('job')).toBe(false);
});

test('memory is bounded: history becomes a gap, floods are refused, watchers and jobs are counted', () => {
  const { outputs } = watched({ historyLetters: 10, attemptBytes: 30, watchersPerJob: 2, jobs: 1 });
  for (let at = 0; at < 6; at += 1) expect(outputs.publish('job', chunk('01234', at * 5))).toBe(true);
  const late: OutputEvent[] = [];
  outputs.watch('job', (event) => void late.push(event));
  expect(late).toEqual([begun, gap(20), out('01234'), out('01234')]);
  expect(outputs.publish('job', chunk('x', 30))).toBe(false);
  expect(outputs.watch('job', () => undefined)).toBeNull();
  expect(outputs.watch('other', () => undefined)).toBeNull();
});
