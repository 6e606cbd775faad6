import type { ArtifactRef, Isolation } from '@watt/shared';
import type { Language } from './languages.ts';
import type { ArtifactVerdict } from './supervisor-frames.ts';

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
  /** The least that has to stand between the program and this machine. */
  isolation?: Isolation;
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Text, or base64 where `stdin_encoding` says so. Without it stdin is at its end. */
  stdin?: string;
  stdin_encoding?: Encoding;
  /** Put below /tmp, where the program starts. */
  files?: readonly { path: string; content: string; encoding?: Encoding }[];
  /** Paths below /tmp of files that the program leaves and the agent wants. */
  artifacts?: readonly string[];
}

export type Encoding = 'utf8' | 'base64';

/**
 * Hears a program's output as it comes, in order for each stream. Called between the program's bytes: it must be quick, and may not
 * throw. `offset`, where it is given, is the place of the bytes in their stream: what lies between was too much and is not told.
 */
export type OutputListener = (stream: 'stdout' | 'stderr', bytes: Uint8Array, offset?: number) => void;

export interface ExecuteOutput {
  stdout: string;
  stderr: string;
  /** As a shell gives it: 128 + n for a program that died of signal n. Null for a program that ran out of time. */
  exit_code: number | null;
  /** More than `SandboxLimits.outputBytes` bytes: the first and the last are here, and a line between them says how many are not. */
  stdout_truncated?: true;
  stderr_truncated?: true;
  /** Name of the signal that ended the program, `SIGKILL` for instance. */
  signal?: string;
  /** It was the compiler that ended so; the program never ran. */
  stage?: 'compile';
  /** Limits that the program ran into and that did not end it. */
  flags?: OutputFlag[];
}

/** `DISK_FULL`: /tmp had no room left when the program ended. */
export type OutputFlag = 'OUTPUT_TRUNCATED' | 'DISK_FULL' | 'ARTIFACT_MISSING';

export interface ExecuteMetadata {
  language: Language;
  /** From the start of the program to its end, measured beside it. Docker's own time is not in it. */
  execution_ms: number;
  /** Peak of the container's memory cgroup; where `memory_source` is `rusage`, that of the largest process. */
  memory_used_mb: number;
  memory_source: 'cgroup' | 'rusage' | 'unknown';
  /** Of the program and its children. Left out where the container was gone before it could be read. */
  cpu_ms?: number;
  /** The kernel killed a process of this job because the job had used up its memory. */
  oom?: true;
  /** Id of the image that the program ran in. */
  image: string;
  runtime: string;
  isolation: Isolation;
  /** `warm`: in a container that had been started before the job came; `resumed`: its interpreter had been started as well. */
  start: 'cold' | 'warm' | 'resumed';
}

/** The work was done: the program ran, and what became of it is the agent's to know. */
export interface CompletedExecution {
  kind: 'completed';
  success: boolean;
  code?: 'EXECUTION_ERROR' | 'EXECUTION_TIMEOUT' | 'OUT_OF_MEMORY';
  message?: string;
  output: ExecuteOutput;
  metadata: ExecuteMetadata;
  artifacts: CollectedArtifacts;
}

/** The artifacts that were asked for. */
export interface CollectedArtifacts {
  /** By path, in the order they were asked for: the file, or why there is none. Null where none was asked for. */
  refs: Record<string, ArtifactRef | { problem: Exclude<ArtifactVerdict, 'ok'> }> | null;
  /** One for each content, whatever the number of its paths. */
  files: readonly { content_type: string; sha256: string; bytes: Uint8Array }[];
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
