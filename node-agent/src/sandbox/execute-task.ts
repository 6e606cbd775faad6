import type { Language } from './languages.ts';

/** One execution, as the router's signed job asks for it. */
export interface ExecuteTask {
  job_id: string;
  language: Language;
  /** UTF-8 source, at most `SandboxLimits.codeBytes`. */
  code: string;
  /** Seconds that the program may take, counted from its start. Fractions are allowed. */
  timeout: number;
  /** Mebibytes for the program, its children, and the files that it writes. */
  memory_mb: number;
}

/** Hears a program's output as it comes, in order for each stream. Called between the program's bytes: it must be quick, and may not throw. */
export type OutputListener = (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;

export interface ExecuteOutput {
  stdout: string;
  stderr: string;
  /** As a shell gives it: 128 + n for a program that died of signal n. Null for a program that ran out of time. */
  exit_code: number | null;
  /** What followed the first `SandboxLimits.outputBytes` bytes was thrown away. */
  stdout_truncated?: true;
  stderr_truncated?: true;
  /** Name of the signal that ended the program, `SIGKILL` for instance. */
  signal?: string;
}

export interface ExecuteMetadata {
  language: Language;
  /** From the start of the program to its end, measured beside it. Docker's own time is not in it. */
  execution_ms: number;
  /** Peak of the container's memory cgroup; where `memory_source` is `rusage`, that of the largest process. */
  memory_used_mb: number;
  memory_source: 'cgroup' | 'rusage' | 'unknown';
  cpu_ms: number;
  /** The kernel killed a process of this job because the job had used up its memory. */
  oom?: true;
  /** Id of the image that the program ran in. */
  image: string;
  runtime: string;
}

/** The work was done: the program ran, and what became of it is the agent's to know. */
export interface CompletedExecution {
  kind: 'completed';
  success: boolean;
  code?: 'EXECUTION_ERROR' | 'EXECUTION_TIMEOUT';
  message?: string;
  output: ExecuteOutput;
  metadata: ExecuteMetadata;
}

export type ExecuteFailureReason =
  | 'engine_unreachable'
  | 'engine_error'
  | 'image_missing'
  | 'container_lost'
  | 'over_limits'
  | 'cancelled'
  | 'closed';

/** The work was not done, by no fault of the program. Nothing may be charged. */
export interface FailedExecution {
  kind: 'failed';
  reason: ExecuteFailureReason;
  /** Another node may succeed where this one could not. */
  retryable: boolean;
  message: string;
}

export type ExecuteOutcome = CompletedExecution | FailedExecution;
