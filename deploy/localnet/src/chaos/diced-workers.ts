import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Workers } from '@watt/node';
import type { SeededRandom } from './seeded-random.ts';

type Scrape = NonNullable<Workers['scrape']>;
type Execute = NonNullable<Workers['execute']>;
type StartKernel = NonNullable<Workers['startKernel']>;
type Kernel = Exclude<Awaited<ReturnType<StartKernel>>, { kind: 'failed' }>;
type KernelEnd = Awaited<Kernel['ended']>;

const SLOTS = 8;
const FAILS = 0.05;
const FAILS_FOR_NOW = 0.08;
/** Of a call: its kernel ends with it, or is lost. */
const KERNEL_EXITS = 0.04;
const KERNEL_LOST = 0.02;
const WORK_MS = { min: 5, max: 400 };

export interface DicedWorkersOptions {
  random: SeededRandom;
  /** A line for each program that a kernel runs; it outlives this process. */
  runsFile: string;
}

/** Work that is done by dice: slow, quick, failing for a while or for good. */
export function dicedWorkers({ random, runsFile }: DicedWorkersOptions): Workers {
  const failure = async (signal: AbortSignal) => {
    const [ms, dice] = [random.between(WORK_MS.min, WORK_MS.max), random.next()];
    // Ended early or not, the signal says which.
    await sleep(ms, undefined, { signal }).catch(() => undefined);
    if (signal.aborted || dice < FAILS_FOR_NOW)
      return { ms, failed: { retryable: true, message: 'not now' } };
    return { ms, failed: dice < FAILS_FOR_NOW + FAILS ? { retryable: false, message: 'never' } : null };
  };
  const scrape: Scrape = async ({ url }, signal) => {
    const { ms, failed } = await failure(signal);
    if (failed) return { kind: 'failed', code: 'SCRAPE_FAILED', reason: 'connect', ...failed };
    return {
      kind: 'completed',
      data: { text: `the page ${url}` },
      metadata: pageFacts(url, ms),
      artifacts: [],
    };
  };
  const execute: Execute = async (task, signal) => {
    const { ms, failed } = await failure(signal);
    if (failed) return { kind: 'failed', reason: 'engine_error', ...failed };
    return {
      kind: 'completed',
      success: true,
      output: { stdout: `done ${task.job_id}\n`, stderr: '', exit_code: 0 },
      metadata: {
        ...{
          language: task.language,
          execution_ms: ms,
          memory_used_mb: 1,
          memory_source: 'unknown',
          cpu_ms: 0,
        },
        ...{ image: 'none', runtime: 'none', isolation: 'container', start: 'cold' },
      },
      artifacts: { refs: null, files: [] },
    };
  };
  return {
    capabilities: {
      scrape: { slots: SLOTS, javascript: false, screenshots: false, copies: true },
      execute: {
        ...{ slots: SLOTS, languages: ['python'], max_memory_mb: 512, runtime: 'runc' },
        sessions: { slots: SLOTS, languages: ['python'] },
      },
    },
    problems: [],
    scrape,
    execute,
    async startKernel(_, signal) {
      const { failed } = await failure(signal);
      return failed ? { kind: 'failed', reason: 'engine_error', ...failed } : dicedKernel(random, runsFile);
    },
    close: async () => undefined,
  };
}

function pageFacts(url: string, ms: number) {
  return {
    ...{ url, status: 200, content_type: 'text/html', encoding: 'utf-8', redirects: [], title: null },
    ...{ scraped_at: new Date(0).toISOString(), size_bytes: 1, execution_ms: ms, timings: {} },
  };
}

/** Answers with how many programs it has run: a program that ran twice, or in another kernel, shows. */
function dicedKernel(random: SeededRandom, runsFile: string): Kernel {
  let isAlive = true;
  let count = 0;
  let tell: (end: KernelEnd) => void = () => undefined;
  const ended = new Promise<KernelEnd>((resolve) => {
    tell = resolve;
  });
  const end = (how: KernelEnd): void => {
    isAlive = false;
    tell(how);
  };
  const spent = { cpuMs: 0, memoryMb: 1 };
  return {
    get isAlive() {
      return isAlive;
    },
    ended,
    async stop() {
      end({ how: 'stopped', message: 'stopped', ...spent });
    },
    async call({ code }) {
      appendFileSync(runsFile, `${code}\n`);
      count += 1;
      const [ms, dice] = [random.between(WORK_MS.min, WORK_MS.max), random.next()];
      await sleep(ms);
      const answer = {
        output: { stdout: `program ${count}: ${code}\n`, stderr: '', value: null },
        metadata: { execution_ms: ms },
      };
      if (dice < KERNEL_EXITS) end({ how: 'exited', message: 'as the dice fell', ...spent });
      else if (dice < KERNEL_EXITS + KERNEL_LOST) end({ how: 'lost', message: 'as the dice fell' });
      if (isAlive) return { success: true, ...answer };
      return { success: false, code: 'SESSION_ENDED', error: 'the kernel has ended', ...answer };
    },
  };
}
