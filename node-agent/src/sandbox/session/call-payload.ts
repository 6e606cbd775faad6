import type { SessionCallPayload } from '@watt/shared';
import type { OutputBuffer } from '../output-buffer.ts';
import type { JobEnd } from '../supervisor-frames.ts';
import type { CallEnd } from './kernel-frames.ts';
import type { KernelEnd } from './kernel-task.ts';

/** What came out of a kernel for one call. */
export interface CallFacts {
  stdout: OutputBuffer;
  stderr: OutputBuffer;
  value: Buffer[];
  outputBytes: number;
}

interface CallLimits {
  /** Seconds. */
  timeout: number;
  memoryMb: number;
  /** What the system had killed in this session before the call. */
  oomBefore: number;
}

/** The answer to a call that the kernel came back from. */
export function callPayload(facts: CallFacts, end: CallEnd, limits: CallLimits): SessionCallPayload {
  const isOom = (end.oomKills ?? 0) > limits.oomBefore;
  return {
    ...verdict(end, isOom, limits),
    output: {
      ...texts(facts, end),
      value: end.hasValue && !end.isTimedOut ? Buffer.concat(facts.value).toString('utf8') : null,
    },
    metadata: {
      execution_ms: Math.round(end.wallUs / 1000),
      ...cuts(facts, end),
      ...(end.isValueCut && { value_truncated: true }),
      ...(isOom && { oom: true }),
    },
  };
}

/** The answer to a call that was the kernel's last. */
export function endedCallPayload(
  facts: CallFacts,
  how: KernelEnd,
  end: JobEnd | null,
  wallMs: number,
): SessionCallPayload {
  const written = { stdoutBytes: end?.stdoutBytes ?? 0, stderrBytes: end?.stderrBytes ?? 0 };
  return {
    success: false,
    code: how.how === 'out_of_memory' ? 'OUT_OF_MEMORY' : 'SESSION_ENDED',
    error: `${how.message} The session has ended.`,
    output: { ...texts(facts, written), value: null },
    metadata: { execution_ms: Math.round(wallMs), ...cuts(facts, written) },
  };
}

function verdict(
  end: CallEnd,
  isOom: boolean,
  { timeout, memoryMb }: CallLimits,
): Pick<SessionCallPayload, 'success' | 'code' | 'error'> {
  if (end.isTimedOut) {
    const error = `The program was still running after ${timeout} s and was interrupted.`;
    return { success: false, code: 'EXECUTION_TIMEOUT', error };
  }
  if (end.verdict === 'ok') return { success: true };
  if (isOom) {
    const error = `A process of the program used up the session's ${memoryMb} MB of memory and was ended by the system.`;
    return { success: false, code: 'OUT_OF_MEMORY', error };
  }
  return { success: false, code: 'EXECUTION_ERROR', error: 'The program ended with an exception.' };
}

type Written = Pick<CallEnd, 'stdoutBytes' | 'stderrBytes'>;

function texts(facts: CallFacts, written: Written): { stdout: string; stderr: string } {
  return { stdout: facts.stdout.text(written.stdoutBytes), stderr: facts.stderr.text(written.stderrBytes) };
}

function cuts({ stdout, stderr, outputBytes }: CallFacts, written: Written) {
  return {
    ...((stdout.truncated() || written.stdoutBytes > outputBytes) && { stdout_truncated: true }),
    ...((stderr.truncated() || written.stderrBytes > outputBytes) && { stderr_truncated: true }),
  };
}
