import { ExecutePayloadSchema, FailurePayloadSchema, sha256Hex } from '@watt/shared';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import type { CompletedExecution } from '../sandbox/execute-task.ts';
import { executeResult } from './execute-result.ts';
import { PAYLOAD_BYTES } from './payload-bytes.ts';

const completed: CompletedExecution = {
  kind: 'completed',
  success: true,
  output: { stdout: '2\n', stderr: '', exit_code: 0 },
  metadata: {
    language: 'python',
    execution_ms: 12.5,
    memory_used_mb: 9.1,
    memory_source: 'cgroup',
    cpu_ms: 10,
    image: 'sha256:1',
    runtime: 'runc',
    isolation: 'container',
    start: 'cold',
  },
  artifacts: { refs: null, files: [] },
};

test.each<[string, CompletedExecution]>([
  ['a program that ended well', completed],
  [
    'a program that failed',
    {
      ...completed,
      success: false,
      code: 'EXECUTION_ERROR',
      message: 'exit 1',
      output: { stdout: '', stderr: 'x', exit_code: 1 },
    },
  ],
  [
    'a program that ran out of time',
    {
      ...completed,
      success: false,
      code: 'EXECUTION_TIMEOUT',
      message: 'too slow',
      output: { stdout: '', stderr: '', exit_code: null },
    },
  ],
])('%s is work done, in the form of the contract', (_, outcome) => {
  const result = executeResult(outcome);
  expect(result.outcome).toBe('completed');
  const payload = JSON.parse(result.payload);
  expect(Compile(ExecutePayloadSchema).Errors(payload)).toEqual([]);
  expect(payload).toMatchObject({ success: outcome.success, output: outcome.output });
  expect(payload.code).toBe(outcome.code);
});

test('a sandbox that failed is not', () => {
  const result = executeResult({
    kind: 'failed',
    reason: 'engine_error',
    retryable: true,
    message: 'no Docker',
  });
  expect(result).toMatchObject({ outcome: 'failed', retryable: true });
  expect(Compile(FailurePayloadSchema).Check(JSON.parse(result.payload))).toBe(true);
});

test('output that is too long for a frame is cut, and says so', () => {
  const nulls = '\0'.repeat(1024 * 1024);
  const result = executeResult({ ...completed, output: { stdout: nulls, stderr: nulls, exit_code: 0 } });
  expect(Buffer.byteLength(result.payload)).toBeLessThanOrEqual(PAYLOAD_BYTES);
  const { output } = JSON.parse(result.payload);
  expect(output).toMatchObject({ stdout_truncated: true, flags: ['OUTPUT_TRUNCATED'] });
  expect(output.stdout).toContain('left out');
  expect(output.stdout.length).toBeGreaterThan(100_000);
});

test('files that the program left are references in the payload, and travel beside it', () => {
  const bytes = Buffer.from('1,2');
  const ref = { content_type: 'text/csv', sha256: sha256Hex(bytes), size_bytes: 3 };
  const { content_type, sha256 } = ref;
  const result = executeResult({
    ...completed,
    artifacts: {
      refs: { 'a.csv': ref, 'same.csv': ref, 'none.png': { problem: 'missing' } },
      files: [{ content_type, sha256, bytes }],
    },
  });
  const payload = JSON.parse(result.payload);
  expect(Compile(ExecutePayloadSchema).Errors(payload)).toEqual([]);
  expect(payload.data).toEqual({ 'a.csv': ref, 'same.csv': ref, 'none.png': { problem: 'missing' } });
  expect(result.artifacts).toEqual([{ ...ref, bytes }]);
});
