import { LIMITS } from '@watt/shared';
import type { ExecuteTask } from './execute-task.ts';
import type { SupervisorFile, SupervisorJob } from './job-frame.ts';
import { LANGUAGE_TABLE } from './languages.ts';
import type { SandboxLimits } from './sandbox-limits.ts';

const COMPILE_LIMIT_MS = LIMITS.compileTimeoutSeconds * 1000;

/** Whether an interpreter that was started before the job came can take it over: what it was started with cannot change any more. */
export function canResume(task: ExecuteTask): boolean {
  const { waiting } = LANGUAGE_TABLE[task.language];
  if (waiting === undefined || (task.args?.length ?? 0) > 0 || Object.keys(task.env ?? {}).length > 0)
    return false;
  return Buffer.byteLength(task.code) <= waiting.maxSourceBytes && waiting.canRead?.(task.code) !== false;
}

/** The job as its supervisor gets it. */
export function jobOfTask(
  task: ExecuteTask,
  how: { nonce: string; resume: boolean; limits: SandboxLimits },
): SupervisorJob {
  const language = LANGUAGE_TABLE[task.language];
  const { compile } = language;
  const program: SupervisorFile = { path: language.file, bytes: Buffer.from(task.code, 'utf8') };
  const files = (task.files ?? []).map(({ path, content, encoding }) => ({
    path,
    bytes: Buffer.from(content, encoding ?? 'utf8'),
  }));
  return {
    nonce: how.nonce,
    resume: how.resume,
    timeoutMs: Math.max(1, Math.round(task.timeout * 1000)),
    outputBytes: how.limits.outputBytes,
    command: [...language.command, ...(task.args ?? [])],
    env: { ...language.env, ...task.env },
    stdin: Buffer.from(task.stdin ?? '', task.stdin_encoding ?? 'utf8'),
    files: [program, ...files],
    artifacts: task.artifacts ?? [],
    artifactBytes: how.limits.artifactBytes,
    compile: compile && { command: compile.command, timeoutMs: COMPILE_LIMIT_MS },
  };
}
