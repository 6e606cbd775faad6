import { randomBytes } from 'node:crypto';
import { createColdStart, DEADLINE_MARGIN_MS } from './cold-start.ts';
import type { ContainerEngine } from './container-engine.ts';
import type { TakenContainer } from './container-source.ts';
import type { ExecuteOutcome, ExecuteTask, FailedExecution, OutputListener } from './execute-task.ts';
import { canResume } from './job-of-task.ts';
import { LANGUAGE_TABLE } from './languages.ts';
import { createContainerMaker, createContainerOpener } from './open-container.ts';
import type { PoolSettings } from './pool/pool-settings.ts';
import { createWarmPool } from './pool/warm-pool.ts';
import { probeSandbox, type SandboxCapabilities } from './probe.ts';
import { probeMore, type Toolchain } from './probe-more.ts';
import { closed, overLimits } from './refusals.ts';
import { cancelled, failedByEngine, runJob } from './run-job.ts';
import { DEFAULT_SANDBOX_LIMITS, type SandboxLimits } from './sandbox-limits.ts';
import type { StartKernel } from './session/kernel-task.ts';
import { type KernelProof, probeKernels } from './session/probe-kernels.ts';
import { createKernelStarter } from './session/start-kernel.ts';
import { sweepOrphans } from './sweep-orphans.ts';
import { createTeardown } from './teardown.ts';
import { createUidPool, DEFAULT_UID_RANGE, type UidRange } from './uid-pool.ts';
import { createUnderway } from './underway.ts';

export interface SandboxOptions {
  docker: ContainerEngine;
  /** Name and tag of the image; `ensureSandboxImage` gives it. */
  image: string;
  /** The image with more languages, where there is one. */
  moreImage?: string;
  limits?: Partial<SandboxLimits>;
  /** Name of an OCI runtime. Without it, the strongest that the engine has. */
  runtime?: string;
  /** Milliseconds since 1970. */
  clock: { now(): number };
  logger: { warn(context: object, message: string): void };
  /** Which containers to keep ready once `warmUp` was called; none without it. */
  pool?: PoolSettings;
  uidRange?: UidRange;
  random?: (bytes: number) => Buffer;
}

export interface Sandbox {
  /** Runs one program in a container of its own. Fails only for what is not the program's doing, and never throws. */
  execute(task: ExecuteTask, signal: AbortSignal, onOutput?: OutputListener): Promise<ExecuteOutcome>;
  /** Starts an interpreter that keeps its state between calls. Fails only for what is not the program's doing, and never throws. */
  startKernel: StartKernel;
  /** Proves with jobs of its own what this machine enforces. Takes a second or two. */
  probe(): Promise<SandboxCapabilities>;
  /** Tries every language of the image with more of them; none without that image. Takes some seconds. */
  probeMore(): Promise<Toolchain[]>;
  /** Tries a kernel of each language that has sessions. Takes about a second. */
  probeKernels(): Promise<KernelProof>;
  /** Begins to keep containers ready. Resolves when the first of them wait. */
  warmUp(): Promise<void>;
  /** Containers that wait, by language and memory as in `python:256`. */
  ready(): Record<string, number>;
  /** Removes what nodes that died have left; returns how many containers. To be called before the first job. */
  sweep(): Promise<number>;
  /** Takes no more jobs, ends those that run, and waits until no container is left. */
  close(): Promise<void>;
}

export function createSandbox(options: SandboxOptions): Sandbox {
  const { docker: engine, image, runtime, clock, logger, random = randomBytes } = options;
  const limits: SandboxLimits = { ...DEFAULT_SANDBOX_LIMITS, ...options.limits };
  const uids = createUidPool(options.uidRange ?? DEFAULT_UID_RANGE, random(4).readUInt32BE());
  const now = () => clock.now();
  const make = createContainerMaker({
    ...{ engine, limits, uids, now, random, ...(runtime !== undefined && { runtime }) },
    images: { core: image, ...(options.moreImage !== undefined && { more: options.moreImage }) },
    owner: random(8).toString('hex'),
  });
  const open = createContainerOpener(engine, make);
  const cold = createColdStart(open);
  const onTrouble = (error: unknown) => logger.warn({ err: error }, 'no container could be kept ready');
  const useMs = limits.maxTimeoutSeconds * 1000 + DEADLINE_MARGIN_MS;
  const pool = options.pool && createWarmPool({ settings: options.pool, open, cold, useMs, now, onTrouble });
  const source = pool ?? cold;
  let running = 0;
  const isBusy = () => running > 0;
  const teardown = createTeardown({ lanes: 2, maxWaiting: options.pool?.maxEach ?? 0, isBusy, now });
  const closing = new AbortController();
  const { track, idle } = createUnderway();

  async function runOnce(
    task: ExecuteTask,
    signal: AbortSignal,
    onOutput?: OutputListener,
  ): Promise<ExecuteOutcome> {
    let taken: TakenContainer | undefined;
    running += 1;
    try {
      taken = await source.take({
        jobId: task.job_id,
        language: task.language,
        memoryMb: task.memory_mb,
        timeoutSeconds: task.timeout,
        canResume: canResume(task),
      });
      const nonce = random(16).toString('hex');
      return await runJob({ engine, taken, task, nonce, limits, now, signal, onOutput });
    } catch (error) {
      return failedByEngine(error);
    } finally {
      running -= 1;
      if (taken !== undefined) void track(release(taken.container.id, taken));
    }
  }

  async function release(container: string, taken: Pick<TakenContainer, 'release'>): Promise<void> {
    try {
      await teardown.add(() => taken.release());
    } catch (error) {
      logger.warn({ err: error, container }, 'a container could not be removed; the next sweep will');
    }
  }

  async function execute(
    task: ExecuteTask,
    signal: AbortSignal,
    onOutput?: OutputListener,
  ): Promise<ExecuteOutcome> {
    if (closing.signal.aborted) return closed();
    if (signal.aborted) return cancelled();
    return refuse(task, limits) ?? track(runOnce(task, AbortSignal.any([signal, closing.signal]), onOutput));
  }

  const startKernel = createKernelStarter({
    ...{ engine, make, limits, now, random, track, closing: closing.signal },
    release: (container, taken) => track(release(container, taken)),
  });

  return {
    execute,
    startKernel,
    probe: () =>
      track(probeSandbox({ engine, image, limits, execute, ...(runtime !== undefined && { runtime }) })),
    probeMore: async () => (options.moreImage === undefined ? [] : track(probeMore(execute))),
    probeKernels: () => track(probeKernels(startKernel)),
    warmUp: async () => pool?.start(),
    ready: () => pool?.ready() ?? {},
    sweep: () => track(sweepOrphans(engine, clock.now())),
    async close() {
      closing.abort();
      teardown.hurry();
      await pool?.close();
      await idle();
    },
  };
}

/** What this node does not take, whatever its program: another node may. */
function refuse(task: ExecuteTask, limits: SandboxLimits): FailedExecution | null {
  const reasons: Array<[boolean, string]> = [
    [!(task.language in LANGUAGE_TABLE), `it does not have the language ${task.language}`],
    [Buffer.byteLength(task.code) > limits.codeBytes, `code over ${limits.codeBytes} bytes`],
    [
      !(task.timeout > 0 && task.timeout <= limits.maxTimeoutSeconds),
      `a timeout beyond ${limits.maxTimeoutSeconds} s`,
    ],
    [
      !(task.memory_mb >= 6 && task.memory_mb <= limits.maxMemoryMb),
      `memory beyond ${limits.maxMemoryMb} MB`,
    ],
  ];
  const found = reasons.find(([isTrue]) => isTrue);
  return found === undefined ? null : overLimits(found[1]);
}
