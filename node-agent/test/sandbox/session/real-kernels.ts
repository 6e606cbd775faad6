import type { SessionCallPayload, SessionLanguage } from '@watt/shared';
import type { SandboxOptions } from '../../../src/sandbox/sandbox.ts';
import type { Kernel } from '../../../src/sandbox/session/kernel-task.ts';
import { realSandbox } from '../real-sandbox.ts';

let sessions = 0;

/** Kernels of one sandbox, each in its own container. */
export function realKernels(image: string, options: Partial<SandboxOptions> = {}) {
  const { sandbox, warnings } = realSandbox(image, options);

  async function start(language: SessionLanguage, task: { memory_mb?: number; minutes?: number } = {}) {
    sessions += 1;
    const request = {
      job_id: `session-${process.pid}-${sessions}`,
      language,
      memory_mb: 256,
      minutes: 5,
      ...task,
    };
    const kernel = await sandbox.startKernel(request, new AbortController().signal);
    if ('kind' in kernel) throw new Error(JSON.stringify(kernel));
    return { ...callsOf(kernel), kernel, jobId: request.job_id };
  }
  return { sandbox, start, warnings };
}

function callsOf(kernel: Kernel) {
  const run = (code: string, timeout = 20): Promise<SessionCallPayload> => kernel.call({ code, timeout });
  /** What the last expression came to; throws where the call did not succeed. */
  async function value(code: string): Promise<string | null> {
    const payload = await run(code);
    if (!payload.success) throw new Error(JSON.stringify(payload));
    return payload.output.value;
  }
  return { run, value };
}
