import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDockerEngine } from '../../src/sandbox/docker.ts';
import type { CompletedExecution, ExecuteOutcome, ExecuteTask } from '../../src/sandbox/execute-task.ts';
import { createSandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { ensureMoreImage } from '../../src/setup/ensure-more-image.ts';
import { prepareMachine } from '../../src/setup/prepare-machine.ts';

export const docker = createDockerEngine();

/** Name of the sandbox image on this machine, or null, with the reason printed, where there is no Docker to test against. */
export async function realImage(): Promise<string | null> {
  const { sandboxImage } = await prepareMachine({
    docker,
    // One folder for all test files: they run at the same time, and its lock lets one of them build.
    cacheDir: join(tmpdir(), 'watt-sandbox-tests'),
    allowInstall: true,
    allowStart: true,
    report: () => {},
    want: { execute: true, scrapeJavascript: false },
  });
  if (sandboxImage?.state === 'found' || sandboxImage?.state === 'installed') return sandboxImage.value.name;
  process.stderr.write(`SKIPPED, no sandbox on this machine: ${JSON.stringify(sandboxImage)}\n`);
  return null;
}

/** Name of the image with more languages where this machine has it: it is built by hand, with `languages: "all"` in a node's configuration. */
export async function realMoreImage(): Promise<string | undefined> {
  if ((await realImage()) === null) return undefined;
  const more = await ensureMoreImage(docker, {
    ...{ allowInstall: false, allowStart: false, mayBuild: false, cacheDir: '', report: () => {} },
  });
  return more !== null && more.state !== 'unavailable' ? more.value.name : undefined;
}

export function realSandbox(image: string, options: Partial<SandboxOptions> = {}) {
  const warnings: unknown[] = [];
  const sandbox = createSandbox({
    docker,
    image,
    clock: { now: Date.now },
    logger: { warn: (context, message) => warnings.push([message, context]) },
    ...options,
  });
  let jobs = 0;

  async function run(
    language: ExecuteTask['language'],
    code: string,
    task: Partial<ExecuteTask> = {},
    signal: AbortSignal = new AbortController().signal,
  ): Promise<ExecuteOutcome> {
    jobs += 1;
    return sandbox.execute(
      { job_id: `test-${jobs}`, language, code, timeout: 60, memory_mb: 128, ...task },
      signal,
    );
  }

  async function complete(...args: Parameters<typeof run>): Promise<CompletedExecution> {
    const outcome = await run(...args);
    if (outcome.kind !== 'completed') throw new Error(JSON.stringify(outcome));
    return outcome;
  }
  return { sandbox, run, complete, warnings };
}
