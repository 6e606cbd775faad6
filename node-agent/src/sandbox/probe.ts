import { type ContainerEngine, EngineError, type EngineInfo } from './container-engine.ts';
import { chooseRuntime, isolationOf } from './container-runtime.ts';
import type { ExecuteOutcome, ExecuteTask } from './execute-task.ts';
import { LANGUAGE_NAMES, LANGUAGE_TABLE, type Language, languagesOf } from './languages.ts';
import { LIMIT_NAMES, type LimitName, type LimitProof, limitProof, MEMORY_FIX } from './limit-proof.ts';
import { limitsProgram, parseProofs } from './probe-program.ts';
import type { SandboxLimits } from './sandbox-limits.ts';

export interface SandboxProblem {
  what: string;
  fix: string;
}

export interface SandboxCapabilities {
  /** False if anything is wrong: a node must not offer execution then. */
  available: boolean;
  problems: SandboxProblem[];
  engine?: EngineInfo;
  image?: { name: string; id: string };
  runtime?: string;
  languages: Array<{ language: Language; version: string }>;
  /** What probe jobs met. Empty where none could be started. */
  proofs: LimitProof[];
  limits: SandboxLimits;
}

export interface ProbeOptions {
  engine: ContainerEngine;
  image: string;
  limits: SandboxLimits;
  runtime?: string;
  execute: (task: ExecuteTask, signal: AbortSignal) => Promise<ExecuteOutcome>;
}

const PROBE_LIMIT_MS = 60_000;
/** The program asks for four times what it may have. */
const MEMORY_MB = 64;
const MEMORY_ASKED_MB = 256;
/** The container of the other limits has so much memory that /tmp gets its whole size. */
const ROOMY_MB = 256;
const TIME_SECONDS = 0.3;
/** Far above any overshoot that a loaded machine shows: here it is asked whether the limit is there, not how sharp it is. */
const TIME_BOUND_MS = 2_000;

const VERSIONS_PROGRAM = languagesOf('core')
  .map(
    (name) =>
      `printf '%s\\t%s\\n' ${name} "$(${LANGUAGE_TABLE[name].versionCommand.join(' ')} 2>&1 | head -n 1)"`,
  )
  .join('\n');

/** Asks the engine what it enforces, then runs jobs that would misbehave if it did not. */
export async function probeSandbox(options: ProbeOptions): Promise<SandboxCapabilities> {
  const { engine, image, limits } = options;
  const found: SandboxCapabilities = { available: false, problems: [], languages: [], proofs: [], limits };
  try {
    found.engine = await engine.info();
    const id = await engine.findImage(image);
    if (id !== null) found.image = { name: image, id };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    found.problems.push({ what: error.message, fix: 'start Docker, and let this user reach its socket' });
    return found;
  }
  found.runtime = options.runtime ?? chooseRuntime(found.engine.runtimes, found.engine.defaultRuntime);
  if (found.image === undefined) {
    found.problems.push({ what: `the image ${image} is missing`, fix: 'build it: run the set-up again' });
    return found;
  }
  found.problems.push(...engineProblems(found.engine));
  await runProbeJobs(found, options);
  found.problems.push(
    ...found.proofs
      .filter(({ held }) => !held)
      .map(({ name, measured, fix }) => ({
        what: `a probe job was not held by its ${name} limit: ${measured}`,
        fix,
      })),
  );
  if (found.languages.length === 0)
    found.problems.push({ what: 'no language runs', fix: 'build the image again' });
  found.available = found.problems.length === 0;
  return found;
}

async function runProbeJobs(found: SandboxCapabilities, { execute, limits }: ProbeOptions): Promise<void> {
  const job = (name: string, language: Language, code: string, timeout: number, memory_mb: number) =>
    execute(
      { job_id: `probe-${name}`, language, code, timeout, memory_mb },
      AbortSignal.timeout(PROBE_LIMIT_MS),
    );
  const program = limitsProgram({ ...limits, tmpMb: Math.min(limits.tmpMb, ROOMY_MB / 2) });
  const [versions, memory, time, others] = await Promise.all([
    job('versions', 'bash', VERSIONS_PROGRAM, 10, 128),
    job('memory', 'python', `bytearray(${MEMORY_ASKED_MB} << 20)`, 20, MEMORY_MB),
    job('time', 'bash', 'while :; do :; done', TIME_SECONDS, 32),
    job('limits', 'python', program, 40, ROOMY_MB),
  ]);
  found.languages = parseVersions(stdoutOf(versions));
  found.proofs = [
    memoryProof(memory),
    timeProof(time),
    ...otherProofs(stdoutOf(others), found.runtime ?? ''),
  ];
  for (const outcome of [versions, memory, time, others]) {
    if (outcome.kind === 'failed')
      found.problems.push({ what: outcome.message, fix: 'see the log of the Docker daemon' });
  }
}

function memoryProof(outcome: ExecuteOutcome): LimitProof {
  if (outcome.kind === 'failed') return limitProof('memory', false, outcome.message);
  const { metadata } = outcome;
  const asked = `${MEMORY_ASKED_MB} MB asked of ${MEMORY_MB} MB`;
  if (metadata.oom === true)
    return limitProof('memory', true, `${asked}: killed at ${metadata.memory_used_mb} MB`);
  return limitProof('memory', false, `${asked}: ${metadata.memory_used_mb} MB taken and not killed`);
}

function timeProof(outcome: ExecuteOutcome): LimitProof {
  if (outcome.kind === 'failed') return limitProof('time', false, outcome.message);
  const { execution_ms } = outcome.metadata;
  const held = outcome.code === 'EXECUTION_TIMEOUT' && execution_ms < TIME_BOUND_MS;
  return limitProof(
    'time',
    held,
    `an endless loop of ${TIME_SECONDS * 1000} ms: ended after ${execution_ms} ms`,
  );
}

function otherProofs(stdout: string, runtime: string): LimitProof[] {
  // Behind a kernel of the container's own, what that kernel lets through is not the host's.
  const isProgrammed = (name: LimitName) =>
    name !== 'memory' &&
    name !== 'time' &&
    !(name === 'kernelSurface' && isolationOf(runtime) !== 'container');
  return parseProofs(stdout, LIMIT_NAMES.filter(isProgrammed));
}

function engineProblems({ enforces }: EngineInfo): SandboxProblem[] {
  const problems: SandboxProblem[] = [];
  if (!enforces.memory) problems.push({ what: 'Docker cannot limit memory here', fix: MEMORY_FIX });
  if (!enforces.pids)
    problems.push({ what: 'Docker cannot limit processes here', fix: 'enable the pids cgroup' });
  if (!enforces.cpu)
    problems.push({ what: 'Docker cannot limit CPU here', fix: 'enable CFS bandwidth control (cpu cgroup)' });
  if (!enforces.seccomp)
    problems.push({ what: 'Docker has no seccomp here', fix: 'use a kernel and a Docker with seccomp' });
  return problems;
}

function stdoutOf(outcome: ExecuteOutcome): string {
  return outcome.kind === 'completed' ? outcome.output.stdout : '';
}

function parseVersions(text: string): SandboxCapabilities['languages'] {
  return text.split('\n').flatMap((line) => {
    const [name, said = ''] = line.split('\t');
    const language = LANGUAGE_NAMES.find((one) => one === name);
    const version = /\d+\.\d+(\.\d+)?/.exec(said)?.[0];
    return language !== undefined && version !== undefined ? [{ language, version }] : [];
  });
}
