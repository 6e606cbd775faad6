import { constants } from 'node:os';
import type { ArtifactCollector } from './artifact-collector.ts';
import type {
  CompletedExecution,
  ExecuteMetadata,
  ExecuteOutput,
  ExecuteTask,
  OutputFlag,
} from './execute-task.ts';
import { LANGUAGE_TABLE } from './languages.ts';
import type { OutputBuffer } from './output-buffer.ts';
import type { JobEnd } from './supervisor-frames.ts';

const MIB = 1024 * 1024;

export interface RunFacts {
  task: ExecuteTask;
  /** Where the program ran. */
  place: Pick<ExecuteMetadata, 'image' | 'runtime' | 'isolation' | 'start'>;
  stdout: OutputBuffer;
  stderr: OutputBuffer;
  artifacts: ArtifactCollector;
  outputBytes: number;
}

/** The outcome of a program whose end the supervisor has told. */
export function completedExecution(facts: RunFacts, end: JobEnd): CompletedExecution {
  const { task } = facts;
  const oom = (end.oomKills ?? 0) > 0 || end.reason === 'uncounted';
  const artifacts = facts.artifacts.collected();
  const output = toOutput(facts, end);
  const flags = toFlags(output, end, artifacts.refs);
  const metadata: ExecuteMetadata = {
    language: task.language,
    execution_ms: Math.round(end.wallUs / 1000),
    ...memoryUsed(end),
    // Without a cgroup, a process that is still going away is not counted yet, and may have been counted at the start.
    ...(end.cpuUs !== null && { cpu_ms: Math.max(0, Math.round(end.cpuUs / 1000)) }),
    ...(oom && { oom }),
    ...facts.place,
  };
  return {
    kind: 'completed',
    ...verdict(task, end, output.signal),
    output: { ...output, ...(flags.length > 0 && { flags }) },
    metadata,
    artifacts,
  };
}

function verdict(
  task: ExecuteTask,
  end: JobEnd,
  signal: string | undefined,
): Pick<CompletedExecution, 'success' | 'code' | 'message'> {
  const what = end.isCompiling ? 'The compiler' : 'The program';
  if (end.reason === 'timeout') {
    const limit = end.isCompiling ? 'the time that compiling may take' : `${task.timeout} s`;
    const message = `${what} was still running after ${limit} and was ended.`;
    return { success: false, code: 'EXECUTION_TIMEOUT', message };
  }
  if (end.reason === 'uncounted') {
    const message = `${what} held more file locks or network sockets than a program may and was ended.`;
    return { success: false, code: 'OUT_OF_MEMORY', message };
  }
  if (end.exitCode === 0) return { success: true };
  if ((end.oomKills ?? 0) > 0) {
    const message = `${what} used up its ${memoryMbOf(task, end)} MB of memory and was ended by the kernel.`;
    return { success: false, code: 'OUT_OF_MEMORY', message };
  }
  const how = signal === undefined ? `exited with code ${end.exitCode}` : `was ended by signal ${signal}`;
  return { success: false, code: 'EXECUTION_ERROR', message: `${what} ${how}.` };
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
    cpuUs: null,
    maxRssKb: 0,
    peakBytes: isOom ? facts.task.memory_mb * MIB : null,
    oomKills: isOom ? 1 : 0,
    stdoutBytes: leastWritten(facts.stdout, facts.outputBytes),
    stderrBytes: leastWritten(facts.stderr, facts.outputBytes),
    isTmpFull: false,
    isCompiling: false,
  };
  return completedExecution(facts, end);
}

/** A supervisor that has passed on the head of a stream keeps what follows until the end, of which nothing was heard. */
function leastWritten(buffer: OutputBuffer, outputBytes: number): number {
  return buffer.size() < outputBytes - outputBytes / 8 ? buffer.size() : outputBytes + 1;
}

function toOutput(facts: RunFacts, end: JobEnd): ExecuteOutput {
  const signal = end.signal === null ? undefined : signalName(end.signal);
  const shellCode = end.signal === null ? null : 128 + end.signal;
  const cut = (buffer: OutputBuffer, bytes: number) => buffer.truncated() || bytes > facts.outputBytes;
  return {
    stdout: facts.stdout.text(end.stdoutBytes),
    stderr: facts.stderr.text(end.stderrBytes),
    exit_code: end.exitCode ?? shellCode,
    ...(cut(facts.stdout, end.stdoutBytes) && { stdout_truncated: true as const }),
    ...(cut(facts.stderr, end.stderrBytes) && { stderr_truncated: true as const }),
    ...(signal !== undefined && { signal }),
    ...(end.isCompiling && { stage: 'compile' as const }),
  };
}

function toFlags(
  output: ExecuteOutput,
  end: JobEnd,
  artifacts: CompletedExecution['artifacts']['refs'],
): OutputFlag[] {
  const isCut = output.stdout_truncated === true || output.stderr_truncated === true;
  const isMissing = Object.values(artifacts ?? {}).some((one) => 'problem' in one);
  return [
    ...(isCut ? ['OUTPUT_TRUNCATED' as const] : []),
    ...(end.isTmpFull ? ['DISK_FULL' as const] : []),
    ...(isMissing ? ['ARTIFACT_MISSING' as const] : []),
  ];
}

/** Compilers are given more than a small program asks for. */
function memoryMbOf(task: ExecuteTask, { isCompiling }: JobEnd): number {
  const compileMb = LANGUAGE_TABLE[task.language].compile?.memoryMb ?? 0;
  return isCompiling ? Math.max(compileMb, task.memory_mb) : task.memory_mb;
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
