import { createArtifactCollector } from './artifact-collector.ts';
import { abruptExecution, completedExecution, type RunFacts } from './completed-execution.ts';
import { type ContainerEngine, EngineError, type EngineErrorKind } from './container-engine.ts';
import type { TakenContainer } from './container-source.ts';
import type {
  ExecuteFailureReason,
  ExecuteOutcome,
  ExecuteTask,
  FailedExecution,
  OutputListener,
} from './execute-task.ts';
import type { JobContainer } from './job-container.ts';
import { canResume, jobOfTask } from './job-of-task.ts';
import { LANGUAGE_TABLE } from './languages.ts';
import { createOutputBuffer } from './output-buffer.ts';
import type { SandboxLimits } from './sandbox-limits.ts';
import type { JobEnd } from './supervisor-frames.ts';

/** The supervisor keeps the time; this is for the case that it cannot. */
const HARD_KILL_AFTER_MS = 200;
const NOTHING = new Uint8Array();
/** What a supervisor may take to end a job that nobody wants; then the engine is asked. */
const LET_GO_LIMIT_MS = 100;
/** What the engine may take to close the stdio of a container that was killed. */
const CLOSE_LIMIT_MS = 2_000;
/** For setting the memory between compiler and program. */
const UPDATE_LIMIT_MS = 10_000;
const MIB = 1024 * 1024;

export interface RunOptions {
  engine: ContainerEngine;
  taken: TakenContainer;
  task: ExecuteTask;
  nonce: string;
  limits: SandboxLimits;
  now: () => number;
  signal: AbortSignal;
  onOutput?: OutputListener | undefined;
}

/** Runs a job in a container that waits for it, and says what became of it. The container is the caller's to release. */
export async function runJob(options: RunOptions): Promise<ExecuteOutcome> {
  const { taken, task, nonce, limits, signal } = options;
  const { container, image, runtime, isolation } = taken;
  const { outputBytes } = limits;
  const resume = taken.waiting === task.language && canResume(task);
  const start = resume ? 'resumed' : taken.isWarm ? 'warm' : 'cold';
  const facts: RunFacts = {
    ...{ task, outputBytes, place: { image, runtime, isolation, start } },
    stdout: createOutputBuffer(outputBytes),
    stderr: createOutputBuffer(outputBytes),
    artifacts: createArtifactCollector(task.artifacts ?? [], limits.artifactBytes),
  };
  const job = jobOfTask(task, { nonce, resume, limits });

  const compileMs = job.compile === undefined ? 0 : job.compile.timeoutMs + UPDATE_LIMIT_MS;
  const hardLimitMs = job.timeoutMs + compileMs + HARD_KILL_AFTER_MS;
  const startedAt = options.now();
  const ended = container.run(job, (frame) => {
    if (frame.type === 'compiled') void startCompiled(options);
    else if (frame.type !== 'output') facts.artifacts.push(frame);
    else {
      facts[frame.stream].push(frame.bytes, frame.isTail);
      if (!frame.isTail) options.onOutput?.(frame.stream, frame.bytes);
    }
  });

  const { end, killedFor } = await endOrKill(container, ended, hardLimitMs, signal);
  if (killedFor === 'cancel' || end?.reason === 'cancel') return cancelled();
  if (end !== null) {
    // Those who listen along hear how much there was behind what they heard.
    options.onOutput?.('stdout', NOTHING, end.stdoutBytes);
    options.onOutput?.('stderr', NOTHING, end.stderrBytes);
    return completedExecution(facts, end);
  }
  if (killedFor === 'timeout') {
    return abruptExecution(facts, { reason: 'timeout', wallMs: options.now() - startedAt });
  }
  return afterSilentEnd(options, facts, options.now() - startedAt);
}

/** From here on the program has the memory that it asked for, and no more. */
async function startCompiled({ engine, taken, task }: RunOptions): Promise<void> {
  const compileMb = LANGUAGE_TABLE[task.language].compile?.memoryMb ?? 0;
  try {
    if (compileMb > task.memory_mb) await engine.limitMemory(taken.container.id, task.memory_mb * MIB);
    taken.container.proceed();
  } catch {
    // It never gets more than it may: without its own limit it does not start, and the job goes to another node.
    await taken.container.kill().catch(() => {});
  }
}

/** Waits for the end; kills the container when the time is up or nobody wants the result. */
async function endOrKill(
  container: JobContainer,
  ended: Promise<JobEnd | null>,
  limitMs: number,
  signal: AbortSignal,
): Promise<{ end: JobEnd | null; killedFor?: 'timeout' | 'cancel' }> {
  const timers = new Set<NodeJS.Timeout>();
  const after = (ms: number) => new Promise<void>((resolve) => timers.add(setTimeout(resolve, ms)));
  let onAbort = () => {};
  const aborted = new Promise<void>((resolve) => {
    onAbort = resolve;
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    const first = await Promise.race([
      ended.then((end) => ({ end })),
      after(limitMs).then(() => 'timeout' as const),
      aborted.then(() => 'cancel' as const),
    ]);
    if (typeof first === 'object') return first;
    if (first === 'cancel') {
      container.letGo();
      const end = await Promise.race([ended, after(LET_GO_LIMIT_MS).then(() => null)]);
      if (end !== null) return { end, killedFor: first };
    }
    // A kill that fails leaves a container that its own supervisor, the discard or the next sweep ends.
    await container.kill().catch(() => {});
    // Between our decision and the kill the supervisor may have told the end after all, with the figures that we want.
    const end = await Promise.race([ended, after(CLOSE_LIMIT_MS).then(() => null)]);
    return { end, killedFor: first };
  } finally {
    for (const timer of timers) clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** The stdio closed and the supervisor said nothing: only the engine can tell whose doing that was. */
async function afterSilentEnd(options: RunOptions, facts: RunFacts, wallMs: number): Promise<ExecuteOutcome> {
  try {
    const state = await options.engine.inspect(options.taken.container.id);
    if (state?.oomKilled === true && !state.running) return abruptExecution(facts, { reason: 'oom', wallMs });
    const said = options.taken.container.diagnostics();
    const how =
      state === null ? 'it is gone' : state.running ? 'the link to it broke' : `exit ${state.exitCode}`;
    return {
      kind: 'failed',
      reason: 'container_lost',
      retryable: true,
      message: `The container ended without an answer: ${how}${said === '' ? '' : ` (${said})`}.`,
    };
  } catch (error) {
    return failedByEngine(error);
  }
}

export function cancelled(): FailedExecution {
  return { kind: 'failed', reason: 'cancelled', retryable: false, message: 'The job was cancelled.' };
}

/** The outcome for an error of the engine. Anything else is a fault of ours and is thrown on. */
export function failedByEngine(error: unknown): FailedExecution {
  if (!(error instanceof EngineError)) throw error;
  const reasons: Partial<Record<EngineErrorKind, ExecuteFailureReason>> = {
    unreachable: 'engine_unreachable',
    timeout: 'engine_unreachable',
    image_missing: 'image_missing',
  };
  const reason = reasons[error.kind] ?? 'engine_error';
  return { kind: 'failed', reason, retryable: true, message: error.message };
}
