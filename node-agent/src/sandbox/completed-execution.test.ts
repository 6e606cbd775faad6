import { expect, test } from 'vitest';
import { createArtifactCollector } from './artifact-collector.ts';
import { abruptExecution, completedExecution, type RunFacts } from './completed-execution.ts';
import { createOutputBuffer } from './output-buffer.ts';
import type { JobEnd } from './supervisor-frames.ts';

const ENDED: JobEnd = {
  reason: 'exit',
  exitCode: 0,
  signal: null,
  wallUs: 12_400,
  cpuUs: 9_600,
  maxRssKb: 10_240,
  peakBytes: 5 * 1024 * 1024 + 400_000,
  oomKills: 0,
  stdoutBytes: 2,
  stderrBytes: 0,
  isTmpFull: false,
  isCompiling: false,
};

function facts(): RunFacts {
  const stdout = createOutputBuffer(8);
  stdout.push(Buffer.from('hi'));
  return {
    task: { job_id: 'j', language: 'bash', code: '', timeout: 2, memory_mb: 64 },
    place: { image: 'sha256:abc', runtime: 'runc', isolation: 'container', start: 'cold' },
    stdout,
    stderr: createOutputBuffer(8),
    artifacts: createArtifactCollector([], 8),
    outputBytes: 8,
  };
}

test('success', () => {
  expect(completedExecution(facts(), ENDED)).toEqual({
    kind: 'completed',
    success: true,
    output: { stdout: 'hi', stderr: '', exit_code: 0 },
    metadata: {
      language: 'bash',
      execution_ms: 12,
      memory_used_mb: 5.4,
      memory_source: 'cgroup',
      cpu_ms: 10,
      image: 'sha256:abc',
      runtime: 'runc',
      isolation: 'container',
      start: 'cold',
    },
    artifacts: { refs: null, files: [] },
  });
});

test('a compiler has memory of its own', () => {
  const asked = facts();
  const { message } = completedExecution(
    { ...asked, task: { ...asked.task, language: 'c' } },
    { ...ENDED, exitCode: 1, oomKills: 1, isCompiling: true },
  );
  expect(message).toBe('The compiler used up its 512 MB of memory and was ended by the kernel.');
});

test('processes that are still going away may make the sum of CPU time less than it was', () => {
  const { metadata } = completedExecution(facts(), { ...ENDED, reason: 'timeout', cpuUs: -17_000 });
  expect(metadata.cpu_ms).toBe(0);
});

test.each<[string, Partial<JobEnd>, object]>([
  [
    'what no cgroup counts',
    { reason: 'uncounted', exitCode: null, signal: 9 },
    {
      ...{ code: 'OUT_OF_MEMORY', output: { exit_code: 137 }, metadata: { oom: true } },
      message: expect.stringContaining('sockets'),
    },
  ],
  [
    'exit code',
    { exitCode: 3 },
    { code: 'EXECUTION_ERROR', output: { exit_code: 3 }, message: expect.stringContaining('code 3') },
  ],
  [
    'signal',
    { exitCode: null, signal: 11 },
    { code: 'EXECUTION_ERROR', output: { exit_code: 139, signal: 'SIGSEGV' } },
  ],
  [
    'time-out',
    { reason: 'timeout', exitCode: null },
    { code: 'EXECUTION_TIMEOUT', output: { exit_code: null } },
  ],
  [
    'out of memory',
    { exitCode: null, signal: 9, oomKills: 2 },
    {
      code: 'OUT_OF_MEMORY',
      output: { exit_code: 137 },
      metadata: { oom: true },
      message: expect.stringContaining('64 MB'),
    },
  ],
])('failure by %s', (_name, change, expected) => {
  expect(completedExecution(facts(), { ...ENDED, ...change })).toMatchObject({ success: false, ...expected });
});

test('a child that the kernel took for its memory is told of, though the program itself went well', () => {
  const outcome = completedExecution(facts(), { ...ENDED, oomKills: 1 });
  expect(outcome).toMatchObject({ success: true, metadata: { oom: true } });
});

test('output that was cut beside the program is flagged here', () => {
  const { output } = completedExecution(facts(), { ...ENDED, stdoutBytes: 9 });
  expect(output).toMatchObject({ stdout_truncated: true, flags: ['OUTPUT_TRUNCATED'] });
  expect(output).not.toHaveProperty('stderr_truncated');
});

test.each<[string, Partial<JobEnd>, object]>([
  ['a compiler that failed', { exitCode: 1 }, { code: 'EXECUTION_ERROR', output: { stage: 'compile' } }],
  ['a compiler that took too long', { reason: 'timeout', exitCode: null }, { code: 'EXECUTION_TIMEOUT' }],
])('%s is told from its program', (_name, change, expected) => {
  const outcome = completedExecution(facts(), { ...ENDED, isCompiling: true, ...change });
  expect(outcome).toMatchObject(expected);
  expect(outcome.message).toMatch(/^The compiler/);
});

test('a full /tmp at the end is flagged, and so is an artifact that is not there', () => {
  const asked = { ...facts(), artifacts: createArtifactCollector(['a', 'b'], 8) };
  asked.artifacts.push({ type: 'artifact', number: 1, bytes: Buffer.from('ok') });
  asked.artifacts.push({ type: 'artifact_end', number: 1, verdict: 'ok', size: 2 });
  const { output, artifacts } = completedExecution(asked, { ...ENDED, isTmpFull: true });
  expect(output.flags).toEqual(['DISK_FULL', 'ARTIFACT_MISSING']);
  expect(artifacts.refs).toMatchObject({ a: { problem: 'missing' }, b: { size_bytes: 2 } });
});

test('where the cgroup cannot be read, the largest process is what is told, and said to be', () => {
  const { metadata } = completedExecution(facts(), { ...ENDED, peakBytes: null });
  expect(metadata).toMatchObject({ memory_used_mb: 10, memory_source: 'rusage' });
});

test('a container that the kernel took, and one that only the hard kill ended', () => {
  expect(abruptExecution(facts(), { reason: 'oom', wallMs: 40 })).toMatchObject({
    code: 'OUT_OF_MEMORY',
    output: { exit_code: 137 },
    metadata: { oom: true, memory_used_mb: 64, execution_ms: 40 },
  });
  expect(abruptExecution(facts(), { reason: 'timeout', wallMs: 2200 })).toMatchObject({
    code: 'EXECUTION_TIMEOUT',
    output: { stdout: 'hi', exit_code: null },
    metadata: { memory_source: 'unknown', execution_ms: 2200 },
  });
});

test('a hard kill: nobody has measured the processor’s time, and what followed the head of a stream is lost', () => {
  const talkative = facts();
  talkative.stdout.push(Buffer.from('12345'));
  const { output, metadata } = abruptExecution(talkative, { reason: 'timeout', wallMs: 2200 });
  expect(output).toMatchObject({ stdout: 'hi12345', stdout_truncated: true, flags: ['OUTPUT_TRUNCATED'] });
  expect(metadata).not.toHaveProperty('cpu_ms');
});
