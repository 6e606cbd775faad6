import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDockerEngine, createSandbox, poolSettings, prepareMachine, type Sandbox } from '@watt/node';
import { SESSION_LANGUAGES } from '@watt/shared';
import { type BenchProgram, MEMORY_MB, OUTPUT } from './programs.ts';

const FILL_LIMIT_MS = 60_000;
const FILL_POLL_MS = 10;

export interface BenchSandbox {
  run(program: BenchProgram): Promise<void>;
  /** Waits until that many interpreters for a program wait for their job. */
  filled(program: BenchProgram, count: number): Promise<void>;
  /** A session whose kernel is ready. */
  openSession(program: BenchProgram): Promise<BenchSession>;
  close(): Promise<void>;
}

export interface BenchSession {
  call(): Promise<void>;
  close(): Promise<void>;
}

/** Name of the sandbox image; it is built where it is missing. */
export async function findImage(log: (line: string) => void): Promise<string> {
  const { docker, sandboxImage } = await prepareMachine({
    ...{ docker: createDockerEngine(), allowInstall: true, allowStart: true, report: log },
    cacheDir: join(tmpdir(), 'watt-bench'),
    want: { execute: true, scrapeJavascript: false },
  });
  for (const step of [docker, sandboxImage]) {
    if (step?.state === 'unavailable') throw new Error(`${step.reason}. Fix: ${step.fix}`);
  }
  if (!sandboxImage || sandboxImage.state === 'unavailable') throw new Error('there is no sandbox image');
  return sandboxImage.value.name;
}

/** What 16 waiting containers for each of three languages take. */
const POOL_BUDGET_MB = 2_048;

/** A sandbox as a node has it, with its pool or without. */
export async function openSandbox(image: string, isPooled: boolean): Promise<BenchSandbox> {
  const sandbox = createSandbox({
    docker: createDockerEngine(),
    image,
    clock: { now: Date.now },
    logger: { warn: (context, message) => process.stderr.write(`${message} ${JSON.stringify(context)}\n`) },
    ...(isPooled && { pool: { ...poolSettings({ memoryMb: 16 * 1024 }), budgetMb: POOL_BUDGET_MB } }),
  });
  await sandbox.warmUp();
  return {
    run: (program) => run(sandbox, program),
    async filled({ language }, count) {
      const deadline = performance.now() + FILL_LIMIT_MS;
      while ((sandbox.ready()[`${language}:${MEMORY_MB}`] ?? 0) < count) {
        if (performance.now() > deadline) throw new Error(`the pool never had ${count} for ${language}`);
        await new Promise((resolve) => setTimeout(resolve, FILL_POLL_MS));
      }
    },
    openSession: (program) => openSession(sandbox, program),
    close: () => sandbox.close(),
  };
}

async function openSession(
  sandbox: Sandbox,
  { language: wanted, code }: BenchProgram,
): Promise<BenchSession> {
  const language = SESSION_LANGUAGES.find((one) => one === wanted);
  if (language === undefined) throw new Error(`there are no sessions in ${wanted}`);
  const task = { job_id: 'bench', language, memory_mb: MEMORY_MB, minutes: 1 };
  const kernel = await sandbox.startKernel(task, new AbortController().signal);
  if ('kind' in kernel) throw new Error(kernel.message);
  return {
    async call() {
      const { success, output } = await kernel.call({ code, timeout: 10 });
      if (!success || output.stdout !== OUTPUT)
        throw new Error(`the session answered ${JSON.stringify(output)}`);
    },
    close: () => kernel.stop(),
  };
}

async function run(sandbox: Sandbox, { language, code }: BenchProgram): Promise<void> {
  const task = { job_id: 'bench', language, code, timeout: 10, memory_mb: MEMORY_MB };
  const outcome = await sandbox.execute(task, new AbortController().signal);
  if (outcome.kind === 'completed' && outcome.success && outcome.output.stdout === OUTPUT) return;
  throw new Error(`the sandbox answered ${JSON.stringify(outcome)}`);
}
