import { LIMITS } from '@watt/shared';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DEFAULT_OUTPUT_RELAY_LIMITS, OutputRelay, type OutputRelayLimits } from './output-relay.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Sent {
  stream: string;
  offset: number;
  bytes: number;
  text: string;
}

function start(limits: Partial<OutputRelayLimits> = {}) {
  const sent: Sent[] = [];
  const link = {
    bufferedBytes: 0,
    isGone: false,
    send({ stream, offset, bytes }: Sent, text: string) {
      if (!link.isGone) sent.push({ stream, offset, bytes, text });
      return !link.isGone;
    },
  };
  const relay = new OutputRelay('attempt', () => (link.isGone ? null : (link as never)), {
    ...DEFAULT_OUTPUT_RELAY_LIMITS,
    ...limits,
  });
  return { relay, link, sent, pass: () => vi.advanceTimersByTime(DEFAULT_OUTPUT_RELAY_LIMITS.gatherMs) };
}

test('what is written within a moment is one frame, and the streams are two', () => {
  const { relay, sent, pass } = start();
  for (const text of ['a', 'b', 'c']) relay.push('stdout', Buffer.from(text));
  relay.push('stderr', Buffer.from('!'));
  expect(sent).toEqual([]);
  pass();
  expect(sent).toEqual([
    { stream: 'stdout', offset: 0, bytes: 3, text: 'abc' },
    { stream: 'stderr', offset: 0, bytes: 1, text: '!' },
  ]);
  relay.push('stdout', Buffer.from('d'));
  relay.end();
  expect(sent.at(-1)).toEqual({ stream: 'stdout', offset: 3, bytes: 1, text: 'd' });
});

test('no more frames are on their way than the router has room for', () => {
  const { relay, sent, pass } = start({ waitingFrames: 20, sentBytes: 1 << 24 });
  relay.push('stdout', Buffer.alloc(LIMITS.outputFrameBytes * 20, 'x'));
  pass();
  expect(sent).toHaveLength(LIMITS.outputFramesInFlight);
  pass();
  expect(sent).toHaveLength(LIMITS.outputFramesInFlight);
  relay.acknowledge(3);
  pass();
  expect(sent).toHaveLength(LIMITS.outputFramesInFlight + 3);
  // Frames that were never sent cannot make room.
  relay.acknowledge(1_000);
  pass();
  expect(sent).toHaveLength(2 * LIMITS.outputFramesInFlight + 3);
});

test('a full line holds output back, and results are not behind it', () => {
  const { relay, link, sent, pass } = start();
  link.bufferedBytes = DEFAULT_OUTPUT_RELAY_LIMITS.sendBufferBytes + 1;
  relay.push('stdout', Buffer.from('late'));
  pass();
  expect(sent).toEqual([]);
  link.bufferedBytes = 0;
  pass();
  expect(sent.map(({ text }) => text)).toEqual(['late']);
});

test('what does not fit is left out, and the end shows how much', () => {
  const { relay, sent, pass } = start({ waitingFrames: 1 });
  const frame = LIMITS.outputFrameBytes;
  relay.push('stdout', Buffer.alloc(frame - 1, 'x'));
  relay.push('stdout', Buffer.from('yyyy'));
  pass();
  relay.push('stdout', Buffer.from('next'));
  pass();
  expect(sent.map(({ offset, bytes, text }) => [offset, bytes, text.slice(-4)])).toEqual([
    [0, frame, 'xxxy'],
    [frame + 3, 4, 'next'],
  ]);
  relay.push('stdout', Buffer.alloc(2 * frame, 'z'));
  relay.end();
  expect(sent.slice(2).map(({ offset, bytes }) => [offset, bytes])).toEqual([
    [frame + 7, frame],
    [3 * frame + 7, 0],
  ]);
});

test('of each stream only so much is sent at all', () => {
  const { relay, sent, pass } = start({ sentBytes: 5 });
  for (let at = 0; at < 100; at += 1) relay.push('stderr', Buffer.from('xyz'));
  pass();
  relay.end();
  expect(sent).toEqual([
    { stream: 'stderr', offset: 0, bytes: 5, text: 'xyzxy' },
    { stream: 'stderr', offset: 300, bytes: 0, text: '' },
  ]);
});

test('what was never told is counted, too', () => {
  const { relay, sent, pass } = start();
  relay.push('stdout', Buffer.from('head'));
  pass();
  relay.push('stdout', new Uint8Array(), 4);
  relay.push('stderr', new Uint8Array(), 0);
  relay.push('stdout', new Uint8Array(), 1_000);
  relay.end();
  expect(sent.map(({ stream, offset, bytes }) => [stream, offset, bytes])).toEqual([
    ['stdout', 0, 4],
    ['stdout', 1_000, 0],
  ]);
});

test('nothing follows the end or a stop, and no timer is left', () => {
  for (const how of ['end', 'stop'] as const) {
    const { relay, sent, pass } = start();
    relay.push('stdout', Buffer.from('x'));
    relay[how]();
    const before = sent.length;
    relay.push('stdout', Buffer.from('y'));
    relay.end();
    pass();
    expect(sent).toHaveLength(before);
    expect(vi.getTimerCount()).toBe(0);
  }
});

test('without a session output waits within its limit, and goes on in the next', () => {
  const { relay, link, sent, pass } = start();
  relay.push('stdout', Buffer.from('a'));
  pass();
  link.isGone = true;
  relay.push('stdout', Buffer.from('b'));
  pass();
  link.isGone = false;
  relay.restart();
  relay.push('stdout', Buffer.from('c'));
  pass();
  expect(sent.map(({ offset, text }) => [offset, text])).toEqual([
    [0, 'a'],
    [1, 'bc'],
  ]);
});

test.each([1, 2, 3, 4, 5, 7, 11])(
  'characters are never cut, in pieces of %i bytes, and the frames tile the stream',
  (size) => {
    const { relay, sent, pass } = start();
    const texts = [
      'Grüße, 世界 🚀 ',
      Buffer.from([0xff, 0xe4, 0xb8]),
      'x\u0000\ufeff👩‍👩‍👧',
      Buffer.from([0xf0, 0x9f]),
    ];
    const all = Buffer.concat(texts.map((text) => Buffer.from(text as string)));
    for (let at = 0; at < all.length; at += size) {
      relay.push('stdout', all.subarray(at, at + size));
      pass();
      relay.acknowledge(sent.length);
    }
    relay.end();
    expect(sent.map(({ text }) => text).join('')).toBe(all.toString('utf8'));
    let end = 0;
    for (const { offset, bytes } of sent) {
      expect(offset).toBe(end);
      end += bytes;
    }
    expect(end).toBe(all.length);
  },
);
