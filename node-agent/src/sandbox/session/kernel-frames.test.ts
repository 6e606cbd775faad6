import { expect, test } from 'vitest';
import { createKernelReader, encodeCall, encodeSettings, type KernelFrame } from './kernel-frames.ts';

const NONCE = 'ab'.repeat(16);

function frame(type: string, payload: string): Buffer {
  const bytes = Buffer.from(payload);
  const head = Buffer.from(`${type}0000`);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

function read(bytes: Buffer, chunkBytes: number): KernelFrame[] {
  const frames: KernelFrame[] = [];
  const push = createKernelReader((one) => frames.push(one));
  for (let at = 0; at < bytes.length; at += chunkBytes) push(bytes.subarray(at, at + chunkBytes));
  return frames;
}

test('what goes to the supervisor has a type, a length and its bytes', () => {
  expect(encodeSettings({ nonce: NONCE, outputBytes: 99 })).toEqual(frame('N', `${NONCE} 99`));
  expect(encodeCall({ nonce: NONCE, timeoutMs: 1500, code: 'é\0\n' })).toEqual(
    frame('C', `${NONCE} 1500\né\0\n`),
  );
});

test.each([1, 3, 1000])('frames are read wherever they were cut: %i bytes at a time', (chunkBytes) => {
  const bytes = Buffer.concat([
    frame('R', ''),
    frame('O', 'out'),
    frame('e', 'err'),
    frame('V', "'é'"),
    frame('D', `${NONCE} ok 1 0 0 1500 2 3 4`),
    frame('D', `${NONCE} interrupted 0 0 1 1500 -1 0 0`),
    frame('X', `${NONCE} exit 3 -1 1000 2000 3000 -1 0 0 0 0 0`),
  ]);
  expect(read(bytes, chunkBytes)).toEqual([
    { type: 'ready' },
    { type: 'output', stream: 'stdout', bytes: Buffer.from('out'), isTail: false },
    { type: 'output', stream: 'stderr', bytes: Buffer.from('err'), isTail: true },
    { type: 'value', bytes: Buffer.from("'é'") },
    {
      type: 'call_end',
      nonce: NONCE,
      end: {
        ...{ verdict: 'ok', hasValue: true, isValueCut: false, isTimedOut: false },
        ...{ wallUs: 1500, oomKills: 2, stdoutBytes: 3, stderrBytes: 4 },
      },
    },
    {
      type: 'call_end',
      nonce: NONCE,
      end: {
        ...{ verdict: 'interrupted', hasValue: false, isValueCut: false, isTimedOut: true },
        ...{ wallUs: 1500, oomKills: null, stdoutBytes: 0, stderrBytes: 0 },
      },
    },
    expect.objectContaining({ type: 'end', nonce: NONCE }),
  ]);
});

test.each([
  ['an unknown type', frame('Z', '')],
  ['an unknown verdict', frame('D', `${NONCE} fine 1 0 0 1 2 3 4`)],
  ['a number too few', frame('D', `${NONCE} ok 1 0 0 1 2 3`)],
  ['a number that is none', frame('D', `${NONCE} ok 1 0 0 1 2 3 x`)],
  ['a length beyond all frames', Buffer.from([0x4f, 1, 0, 0, 0])],
])('%s is thrown at', (_, bytes) => {
  expect(() => read(bytes, 1000)).toThrow();
});
