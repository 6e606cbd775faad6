import { expect, test } from 'vitest';
import { createOutputBuffer } from '../output-buffer.ts';
import { type CallFacts, callPayload, endedCallPayload } from './call-payload.ts';
import type { CallEnd } from './kernel-frames.ts';

const LIMITS = { timeout: 5, memoryMb: 128, oomBefore: 1 };
const END: CallEnd = {
  ...{ verdict: 'ok', hasValue: true, isValueCut: false, isTimedOut: false },
  ...{ wallUs: 12_400, oomKills: 1, stdoutBytes: 3, stderrBytes: 0 },
};

function facts(): CallFacts {
  const stdout = createOutputBuffer(10);
  stdout.push(Buffer.from('out'));
  // A character that was cut between two frames.
  const value = [Buffer.from([0xc3]), Buffer.from([0xa9])];
  return { stdout, stderr: createOutputBuffer(10), value, outputBytes: 10 };
}

test.each<[string, Partial<CallEnd>, object]>([
  [
    'success',
    {},
    { success: true, output: { stdout: 'out', stderr: '', value: 'é' }, metadata: { execution_ms: 12 } },
  ],
  ['no value', { hasValue: false }, { success: true, output: { value: null } }],
  ['an exception', { verdict: 'error', hasValue: false }, { success: false, code: 'EXECUTION_ERROR' }],
  ['its time', { verdict: 'interrupted', isTimedOut: true }, { success: false, code: 'EXECUTION_TIMEOUT' }],
  ['its time, whatever the kernel says', { isTimedOut: true }, { success: false, code: 'EXECUTION_TIMEOUT' }],
  [
    'a child killed for memory',
    { verdict: 'error', oomKills: 2 },
    { code: 'OUT_OF_MEMORY', metadata: { oom: true } },
  ],
  ['one that it could do without', { oomKills: 2 }, { success: true, metadata: { oom: true } }],
  ['too much output', { stdoutBytes: 11 }, { success: true, metadata: { stdout_truncated: true } }],
  ['a long value', { isValueCut: true }, { success: true, metadata: { value_truncated: true } }],
])('a call that met %s', (_, change, payload) => {
  expect(callPayload(facts(), { ...END, ...change }, LIMITS)).toMatchObject(payload);
});

test.each([
  ['hung', 'SESSION_ENDED'],
  ['exited', 'SESSION_ENDED'],
  ['stopped', 'SESSION_ENDED'],
  ['out_of_memory', 'OUT_OF_MEMORY'],
] as const)('the last call of a kernel that ended so: %s', (how, code) => {
  const end = { how, message: 'It ended.', cpuMs: null, memoryMb: 1 };
  expect(endedCallPayload(facts(), end, null, 3.4)).toEqual({
    success: false,
    code,
    error: 'It ended. The session has ended.',
    output: { stdout: 'out', stderr: '', value: null },
    metadata: { execution_ms: 3 },
  });
});
