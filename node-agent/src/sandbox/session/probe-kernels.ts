import { SESSION_LANGUAGES, type SessionLanguage } from '@watt/shared';
import type { StartKernel } from './kernel-task.ts';

const MEMORY_MB = 128;
const START_LIMIT_MS = 60_000;
const CALL_SECONDS = 20;

/** A second call that needs what the first one left. */
const CALLS: Readonly<Record<SessionLanguage, readonly [string, string]>> = {
  python: ['x = 41', 'x + 1'],
  javascript: ['const x = 41', 'x + 1'],
};
const ANSWER = '42';

export interface KernelProof {
  /** Those whose kernel kept its state. */
  languages: SessionLanguage[];
  /** What went wrong with the others, a sentence each. */
  faults: string[];
}

/** Starts a kernel of each language and asks it twice. */
export async function probeKernels(startKernel: StartKernel): Promise<KernelProof> {
  const faults = await Promise.all(SESSION_LANGUAGES.map((language) => faultOf(startKernel, language)));
  return {
    languages: SESSION_LANGUAGES.filter((_, at) => faults[at] === null),
    faults: faults.filter((fault) => fault !== null),
  };
}

async function faultOf(startKernel: StartKernel, language: SessionLanguage): Promise<string | null> {
  const task = { job_id: `probe-session-${language}`, language, memory_mb: MEMORY_MB, minutes: 1 };
  const kernel = await startKernel(task, AbortSignal.timeout(START_LIMIT_MS));
  if ('kind' in kernel) return `${language}: ${kernel.message}`;
  const [first, second] = CALLS[language];
  await kernel.call({ code: first, timeout: CALL_SECONDS });
  const { output, error } = await kernel.call({ code: second, timeout: CALL_SECONDS });
  await kernel.stop();
  return output.value === ANSWER
    ? null
    : `the kernel for ${language} does not keep its state (${error ?? output.value})`;
}
