import type { ContainerEngine } from '../container-engine.ts';
import type { FailedExecution } from '../execute-task.ts';
import type { MakeContainer } from '../open-container.ts';
import { closed, overLimits } from '../refusals.ts';
import { cancelled, failedByEngine } from '../run-job.ts';
import type { SandboxLimits } from '../sandbox-limits.ts';
import { startContainer } from '../start-container.ts';
import type { Underway } from '../underway.ts';
import { kernelCommand } from './kernel-commands.ts';
import { type KernelContainer, wireKernel } from './kernel-container.ts';
import type { Kernel, KernelTask, StartKernel } from './kernel-task.ts';
import { createKernelInbox, runKernel } from './run-kernel.ts';

/** From the container's start; the supervisor gives up at 30 s. */
const READY_LIMIT_MS = 32_000;
/** How long after its minutes a container may still be needed, at the most. */
const DEADLINE_MARGIN_MS = 120_000;

export interface KernelStarterOptions {
  engine: ContainerEngine;
  make: MakeContainer;
  limits: SandboxLimits;
  now: () => number;
  random: (bytes: number) => Buffer;
  /** Aborts when no kernel may live any more. */
  closing: AbortSignal;
  track: Underway['track'];
  /** Removes a container whose kernel has ended. Never rejects. */
  release: (container: string, taken: { release(): Promise<void> }) => Promise<void>;
}

/** Makes a container of its own for each kernel and waits until that takes calls. */
export function createKernelStarter(options: KernelStarterOptions): StartKernel {
  const { limits, closing, track } = options;
  return async (task, signal) => {
    if (closing.aborted) return closed();
    if (signal.aborted) return cancelled();
    if (task.memory_mb > limits.maxMemoryMb) return overLimits(`memory beyond ${limits.maxMemoryMb} MB`);
    return track(start(options, task, AbortSignal.any([signal, closing])));
  };
}

async function start(
  options: KernelStarterOptions,
  task: KernelTask,
  signal: AbortSignal,
): Promise<Kernel | FailedExecution> {
  const { engine, make, limits, now, random, track, release } = options;
  const { outputBytes } = limits;
  const nonce = () => random(16).toString('hex');
  const inbox = createKernelInbox(outputBytes);
  const wiring = { nonce: nonce(), outputBytes, onFrame: inbox.onFrame };
  const request = {
    ...{ jobId: task.job_id, memoryMb: task.memory_mb, language: task.language },
    lifeMs: task.minutes * 60_000 + DEADLINE_MARGIN_MS,
    command: kernelCommand(task.language),
  };
  try {
    const made = await make(request, (name, spec) =>
      startContainer(engine, name, spec, (id, stdio) => wireKernel(engine, id, stdio, wiring)),
    );
    const { container } = made;
    const kernel = runKernel(container, inbox, { engine, memoryMb: task.memory_mb, nonce, now });
    const gone = track(endWith(signal, kernel).then(() => release(container.id, made)));
    if (await isReady(container)) return kernel;
    await kernel.stop();
    await gone;
    return signal.aborted ? cancelled() : neverReady(container.diagnostics());
  } catch (error) {
    return failedByEngine(error);
  }
}

/** Stops the kernel when the signal aborts. Resolves when it has ended. */
async function endWith(signal: AbortSignal, kernel: Kernel): Promise<void> {
  const onAbort = () => void kernel.stop();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  await kernel.ended;
  signal.removeEventListener('abort', onAbort);
}

async function isReady(container: KernelContainer): Promise<boolean> {
  let late: NodeJS.Timeout | undefined;
  const limit = new Promise<false>((resolve) => {
    late = setTimeout(() => resolve(false), READY_LIMIT_MS);
  });
  try {
    return await Promise.race([container.ready, limit]);
  } finally {
    clearTimeout(late);
  }
}

function neverReady(said: string): FailedExecution {
  const message = `The kernel did not get ready${said && ` (${said})`}.`;
  return { kind: 'failed', reason: 'container_lost', retryable: true, message };
}
