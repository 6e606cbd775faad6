import type { SessionCallPayload } from '@watt/shared';
import type { ContainerEngine } from '../container-engine.ts';
import { createOutputBuffer } from '../output-buffer.ts';
import type { JobEnd } from '../supervisor-frames.ts';
import { type CallFacts, callPayload, endedCallPayload } from './call-payload.ts';
import type { KernelContainer, KernelListener } from './kernel-container.ts';
import type { Kernel, KernelEnd } from './kernel-task.ts';

/** The supervisor keeps the time and gives a kernel 2 s after its interrupt; this is for the case that it cannot. */
const HARD_KILL_AFTER_MS = 4_000;
/** What a supervisor may take to end a session that nobody wants; then the engine is asked. */
const LET_GO_LIMIT_MS = 3_000;
/** What the engine may take to close the stdio of a container that was killed. */
const CLOSE_LIMIT_MS = 2_000;
const MIB = 1024 * 1024;
const STOPPED = 'The kernel was stopped.';

export interface RunKernelOptions {
  engine: ContainerEngine;
  memoryMb: number;
  nonce: () => string;
  now: () => number;
}

/** Where a container's frames go before and while its kernel runs. */
export interface KernelInbox {
  onFrame: KernelListener;
  /** The output so far of this call, or since the last. */
  take(): CallFacts;
}

/** Gathers output for the call that runs, or for the next one. */
export function createKernelInbox(outputBytes: number): KernelInbox {
  const fresh = (): CallFacts => ({
    stdout: createOutputBuffer(outputBytes),
    stderr: createOutputBuffer(outputBytes),
    value: [],
    outputBytes,
  });
  let facts = fresh();
  return {
    onFrame(frame) {
      if (frame.type === 'value') facts.value.push(frame.bytes);
      else facts[frame.stream].push(frame.bytes, frame.isTail);
    },
    take() {
      const taken = facts;
      facts = fresh();
      return taken;
    },
  };
}

/** A kernel that is ready in its container. The container is the caller's to release once `ended` is settled. */
export function runKernel(container: KernelContainer, inbox: KernelInbox, options: RunKernelOptions): Kernel {
  const { engine, memoryMb, nonce, now } = options;
  let oomKills = 0;
  let isKilled = false;
  let isStopped = false;
  let isAlive = true;
  let calling: Promise<unknown> = Promise.resolve();
  const over = container.ended.then((end) => {
    isAlive = false;
    return describeEnd(end);
  });

  async function describeEnd(end: JobEnd | null): Promise<KernelEnd> {
    if (end !== null) return kernelEnd(end, { memoryMb, oomBefore: oomKills });
    const unmeasured = { cpuMs: null, memoryMb: 0 };
    if (isKilled) return { how: 'hung', message: 'The kernel did not answer and was killed.', ...unmeasured };
    if (isStopped) return { how: 'stopped', message: STOPPED, ...unmeasured };
    const state = await engine.inspect(container.id).catch(() => null);
    if (state?.oomKilled === true && !state.running) {
      return { how: 'out_of_memory', message: outOfMemory(memoryMb), cpuMs: null, memoryMb };
    }
    const said = container.diagnostics();
    const how = state === null ? 'it is gone' : state.running ? 'the link broke' : `exit ${state.exitCode}`;
    return { how: 'lost', message: `The session's container ended: ${how}${said && ` (${said})`}.` };
  }

  async function call(code: string, timeout: number): Promise<SessionCallPayload> {
    const timeoutMs = Math.max(1, Math.round(timeout * 1000));
    const startedAt = now();
    const timer = setTimeout(() => {
      isKilled = true;
      void killed();
    }, timeoutMs + HARD_KILL_AFTER_MS);
    const end = await container.call({ nonce: nonce(), timeoutMs, code });
    clearTimeout(timer);
    if (end === null) {
      const said = await container.ended;
      return endedCallPayload(inbox.take(), await over, said, now() - startedAt);
    }
    const oomBefore = oomKills;
    oomKills = end.oomKills ?? 0;
    return callPayload(inbox.take(), end, { timeout, memoryMb, oomBefore });
  }

  /** A kill that fails leaves a container that its own supervisor, the discard or the next sweep ends. */
  async function killed(): Promise<void> {
    await container.kill().catch(() => {});
    await within(container.ended, CLOSE_LIMIT_MS);
  }

  return {
    call({ code, timeout }) {
      const running = call(code, timeout);
      calling = running;
      return running;
    },
    get isAlive() {
      return isAlive;
    },
    ended: over.then(async (end) => {
      await calling;
      return end;
    }),
    async stop() {
      isStopped = true;
      container.letGo();
      if (!(await within(container.ended, LET_GO_LIMIT_MS))) await killed();
    },
  };
}

function kernelEnd(end: JobEnd, { memoryMb, oomBefore }: { memoryMb: number; oomBefore: number }): KernelEnd {
  const peakMb = end.peakBytes !== null ? end.peakBytes / MIB : end.maxRssKb / 1024;
  const used = {
    cpuMs: end.cpuUs === null ? null : Math.max(0, Math.round(end.cpuUs / 1000)),
    memoryMb: Math.round(peakMb * 10) / 10,
  };
  if (end.reason === 'cancel') return { how: 'stopped', message: STOPPED, ...used };
  if (end.reason === 'timeout') {
    const message = 'The kernel did not come back after it had been interrupted, and was killed.';
    return { how: 'hung', message, ...used };
  }
  if (end.reason === 'uncounted') {
    const message =
      'The session held more file locks or network sockets than a program may, and its kernel was ended.';
    return { how: 'out_of_memory', message, ...used };
  }
  if ((end.oomKills ?? 0) > oomBefore && end.exitCode === null) {
    return { how: 'out_of_memory', message: outOfMemory(memoryMb), ...used };
  }
  const how = end.exitCode === null ? `was ended by signal ${end.signal}` : `exited with ${end.exitCode}`;
  return { how: 'exited', message: `The kernel ${how}.`, ...used };
}

function outOfMemory(memoryMb: number): string {
  return `The kernel used up the session's ${memoryMb} MB of memory and was ended by the system.`;
}

/** False when it took longer. */
async function within(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
  });
  try {
    return await Promise.race([work.then(() => true), limit]);
  } finally {
    clearTimeout(timer);
  }
}
