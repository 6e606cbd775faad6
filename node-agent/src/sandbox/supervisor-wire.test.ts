import { expect, test } from 'vitest';
import { encodeJobFrame } from './job-frame.ts';
import { createStdioDemux } from './stdio-demux.ts';
import { createSupervisorReader, type SupervisorFrame } from './supervisor-frames.ts';

const NONCE = 'ab'.repeat(16);

function frame(type: string, payload: string | Buffer): Buffer {
  const bytes = Buffer.from(payload as string);
  const head = Buffer.from(`${type}0000`);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

function stdio(stream: number, bytes: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head[0] = stream;
  head.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([head, bytes]);
}

const JOB = {
  nonce: NONCE,
  resume: false,
  timeoutMs: 1500,
  outputBytes: 10,
  command: ['/usr/bin/python3', '/tmp/main.py'],
  env: { A: '1' },
  stdin: Buffer.from('in'),
  files: [
    { path: 'main.py', bytes: Buffer.from('é\0') },
    { path: 'b/c', bytes: Buffer.from('x') },
  ],
  artifacts: ['out.png'],
  artifactBytes: 99,
};

test('a job is a header of fixed size, NUL-terminated strings, stdin, and the files', () => {
  const text = encodeJobFrame(JOB).toString('utf8');
  const strings =
    '/usr/bin/python3\0/tmp/main.py\0A=1\0' + 'main.py\0' + '3\0' + 'b/c\0' + '1\0' + 'out.png\0';
  expect(text.slice(0, 192).trimEnd()).toBe(`watt2 ${NONCE} 0 1500 0 10 99 0 2 1 2 1 ${strings.length} 2`);
  expect(text.slice(192)).toBe(`${strings}iné\0x`);
});

test('a compilation stands before the program', () => {
  const compile = { command: ['/usr/bin/cc'], timeoutMs: 7 };
  const text = encodeJobFrame({ ...JOB, resume: true, compile }).toString('utf8');
  expect(text.slice(0, 192)).toContain(` 1 1500 7 10 99 1 2 `);
  expect(text.slice(192)).toMatch(/^\/usr\/bin\/cc\0\/usr\/bin\/python3\0/);
});

test('a NUL in a command would shift what follows, and is refused', () => {
  expect(() => encodeJobFrame({ ...JOB, command: ['/bin/a\0b'] })).toThrow('NUL');
});

test.each([1, 2, 3, 7, 1000])('frames arrive whole when the stream is cut every %i bytes', (size) => {
  const end = `${NONCE} exit 3 -1 1234 999 2048 4096 0 5 0 1 0`;
  const inner = Buffer.concat([
    ...[frame('R', ''), frame('S', ''), frame('O', 'hello'), frame('e', ''), frame('F', '\u0001png')],
    ...[frame('A', '1 ok 3'), frame('X', end)],
  ]);
  const wire = Buffer.concat([
    stdio(1, inner.subarray(0, 9)),
    stdio(2, Buffer.from('oops')),
    stdio(1, inner.subarray(9)),
  ]);
  const frames: SupervisorFrame[] = [];
  let diagnostics = '';
  const read = createSupervisorReader((one) => frames.push(one));
  const demux = createStdioDemux((stream, bytes) => {
    if (stream === 'stdout') read(bytes);
    else diagnostics += bytes;
  });
  for (let at = 0; at < wire.length; at += size) demux(wire.subarray(at, at + size));

  expect(diagnostics).toBe('oops');
  expect(frames).toEqual([
    { type: 'ready' },
    { type: 'compiled' },
    { type: 'output', stream: 'stdout', bytes: Buffer.from('hello'), isTail: false },
    { type: 'output', stream: 'stderr', bytes: Buffer.alloc(0), isTail: true },
    { type: 'artifact', number: 1, bytes: Buffer.from('png') },
    { type: 'artifact_end', number: 1, verdict: 'ok', size: 3 },
    {
      type: 'end',
      nonce: NONCE,
      end: {
        reason: 'exit',
        exitCode: 3,
        signal: null,
        wallUs: 1234,
        cpuUs: 999,
        maxRssKb: 2048,
        peakBytes: 4096,
        oomKills: 0,
        stdoutBytes: 5,
        stderrBytes: 0,
        isTmpFull: true,
        isCompiling: false,
      },
    },
  ]);
});

test.each([
  ['an unknown type', frame('?', '')],
  ['a length beyond the limit', Buffer.from([0x4f, 0xff, 0, 0, 0])],
  ['an end of too few words', frame('X', `${NONCE} exit 0`)],
  ['an end that is no number', frame('X', `${NONCE} exit zero -1 1 1 1 1 0 0 0 0 0`)],
  ['an artifact of unknown fate', frame('A', '0 odd 3')],
  ['an end of unknown reason', frame('X', `${NONCE} fate 0 -1 1 1 1 1 0 0 0 0 0`)],
])('%s is refused', (_what, bytes) => {
  expect(() => createSupervisorReader(() => {})(bytes)).toThrow('supervisor');
});

test.each([
  ['another stream', Buffer.from([3, 0, 0, 0, 0, 0, 0, 1])],
  ['bytes that must be zero', Buffer.from([1, 0, 1, 0, 0, 0, 0, 1])],
  ['a length beyond the limit', Buffer.from([1, 0, 0, 0, 0xff, 0, 0, 0])],
])('stdio with %s is refused', (_what, bytes) => {
  expect(() => createStdioDemux(() => {})(bytes)).toThrow('stdio frame');
});
