import { constants } from 'node:os';
import type { CompletedExecution, ExecuteMetadata, ExecuteOutput, ExecuteTask } from './execute-task.ts';
import type { OutputBuffer } from './output-buffer.ts';
import type { JobEnd } from './supervisor-frames.ts';

const MIB = 1024 * 1024;

export interface RunFacts {
  task: ExecuteTask;
  image: string;
  runtime: string;
  stdout: OutputBuffer;
  stderr: OutputBuffer;
  outputBytes: number;
}

/** The outcome of a program whose end the supervisor has told. */
export function completedExecution(facts: RunFacts, end: JobEnd): CompletedExecution {
  const { task } = facts;
  const timedOut = end.reason === 'timeout';
  const oom = (end.oomKills ?? 0) > 0;
  const output = toOutput(facts, end);
  const metadata: ExecuteMetadata = {
    language: task.language,
    execution_ms: Math.round(end.wallUs / 1000),
    ...memoryUsed(end),
    cpu_ms: Math.round(end.cpuUs / 1000),
    ...(oom && { oom }),
    image: facts.image,
    runtime: facts.runtime,
  };
  if (timedOut) {
    const message = `The program was still running after ${task.timeout} s and was ended.`;
    return { kind: 'completed', success: false, code: 'EXECUTION_TIMEOUT', message, output, metadata };
  }
  if (end.exitCode === 0) return { kind: 'completed', success: true, output, metadata };
  const message = oom
    ? `The program used up its ${task.memory_mb} MB of memory and was ended by the kernel.`
    : end.signal !== null
      ? `The program was ended by signal ${output.signal}.`
      : `The program exited with code ${end.exitCode}.`;
  return { kind: 'completed', success: false, code: 'EXECUTION_ERROR', message, output, metadata };
}

/**
 * The outcome where the container ended without a word from the supervisor, for a reason that is the program's: the kernel
 * took the whole container for its memory, or only the hard kill ended it.
 */
export function abruptExecution(
  facts: RunFacts,
  what: { reason: 'timeout' | 'oom'; wallMs: number },
): CompletedExecution {
  const isOom = what.reason === 'oom';
  const end: JobEnd = {
    reason: isOom ? 'exit' : 'timeout',
    exitCode: null,
    signal: isOom ? constants.signals.SIGKILL : null,
    wallUs: what.wallMs * 1000,
    cpuUs: 0,
    maxRssKb: 0,
    peakBytes: isOom ? facts.task.memory_mb * MIB : null,
    oomKills: isOom ? 1 : 0,
    stdoutBytes: 0,
    stderrBytes: 0,
  };
  return completedExecution(facts, end);
}

function toOutput(facts: RunFacts, end: JobEnd): ExecuteOutput {
  const signal = end.signal === null ? undefined : signalName(end.signal);
  const shellCode = end.signal === null ? null : 128 + end.signal;
  const cut = (buffer: OutputBuffer, bytes: number) => buffer.truncated() || bytes > facts.outputBytes;
  return {
    stdout: facts.stdout.text(),
    stderr: facts.stderr.text(),
    exit_code: end.exitCode ?? shellCode,
    ...(cut(facts.stdout, end.stdoutBytes) && { stdout_truncated: true as const }),
    ...(cut(facts.stderr, end.stderrBytes) && { stderr_truncated: true as const }),
    ...(signal !== undefined && { signal }),
  };
}

function memoryUsed(end: JobEnd): Pick<ExecuteMetadata, 'memory_used_mb' | 'memory_source'> {
  const rounded = (mb: number) => Math.round(mb * 10) / 10;
  if (end.peakBytes !== null)
    return { memory_used_mb: rounded(end.peakBytes / MIB), memory_source: 'cgroup' };
  if (end.maxRssKb > 0) return { memory_used_mb: rounded(end.maxRssKb / 1024), memory_source: 'rusage' };
  return { memory_used_mb: 0, memory_source: 'unknown' };
}

function signalName(number: number): string {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `SIG${number}`;
}
