import { type Capabilities, isIsolatedAtLeast, type SessionLanguage } from '@watt/shared';
import type { Logger } from 'pino';
import type { NodeConfig } from '../config/node-config.ts';
import { type ContainerEngine, EngineError } from '../sandbox/container-engine.ts';
import { isolationOf, rankRuntimes } from '../sandbox/container-runtime.ts';
import { poolSettings } from '../sandbox/pool/pool-settings.ts';
import { type ProvenSandbox, proveRuntime } from '../sandbox/prove-runtime.ts';
import { createSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { DEFAULT_SANDBOX_LIMITS } from '../sandbox/sandbox-limits.ts';
import { ensureMoreImage } from '../setup/ensure-more-image.ts';
import type { SandboxImage } from '../setup/ensure-sandbox-image.ts';
import type { Preparation } from '../setup/prepare-machine.ts';
import { type MachineFacts, maxJobMemoryMb, sessionSlots } from './machine-facts.ts';
import type { WorkerProblem } from './workers.ts';

export interface ExecuteWorkerOptions {
  config: NodeConfig['sandbox'];
  machine: MachineFacts;
  /** Programs at a time. */
  executeSlots: number;
  docker: ContainerEngine;
  /** For downloads and half-built images. */
  cacheDir: string;
  /** Install what is missing, where that can be done without asking. */
  install: boolean;
  /** Lines of progress for people. */
  report: (line: string) => void;
  clock: { now(): number };
  logger: Logger;
}

export interface ExecuteWorker {
  sandbox: Sandbox;
  offer: Omit<NonNullable<Capabilities['execute']>, 'slots'>;
}

/** The sandbox with what it can offer, or null, with the reason among the problems. */
export async function buildExecuteWorker(
  options: ExecuteWorkerOptions,
  { docker, sandboxImage }: Preparation,
  problems: WorkerProblem[],
): Promise<ExecuteWorker | null> {
  const { config = {} } = options;
  for (const step of [docker, sandboxImage]) {
    if (step?.state !== 'unavailable') continue;
    problems.push({ what: `programs: ${step.reason}`, fix: step.fix });
    return null;
  }
  if (docker === null || docker.state === 'unavailable') return null;
  if (sandboxImage === null || sandboxImage.state === 'unavailable') return null;
  const ranked = rankRuntimes(docker.value.runtimes, docker.value.defaultRuntime);
  const least = config.isolation ?? 'container';
  const [strongest, ...weaker] = ranked.filter((name) => isIsolatedAtLeast(isolationOf(name), least));
  if (strongest === undefined) {
    problems.push({
      what: `programs: sandbox.isolation in the configuration asks for ${least}, and the strongest runtime here is ${ranked[0]}`,
      fix: 'Register runsc (gVisor) or kata with Docker, or ask for less.',
    });
    return null;
  }
  const more = await findMore(options, problems);
  const images = { core: sandboxImage.value, more };
  const proven = await proveRuntime([strongest, ...weaker], (runtime) => open(options, images, runtime));
  problems.push(
    ...proven.refused.flatMap(({ runtime, problems }) =>
      problems.slice(0, 1).map(({ what, fix }) => ({ what: `programs: not by ${runtime}: ${what}`, fix })),
    ),
  );
  if (proven.probe.available) return offerPrograms(options, images, proven, problems);
  problems.push(...proven.probe.problems.map(({ what, fix }) => ({ what: `programs: ${what}`, fix })));
  await proven.sandbox.close();
  return null;
}

interface Images {
  core: SandboxImage;
  more: SandboxImage | null;
}

async function open(
  options: ExecuteWorkerOptions,
  { core, more }: Images,
  runtime: string,
): Promise<Sandbox> {
  const { docker, machine, config, clock, logger } = options;
  const pool = poolSettings(machine);
  const sandbox = createSandbox({
    ...{ docker, image: core.name, runtime, clock, logger },
    ...(more && { moreImage: more.name }),
    limits: { maxMemoryMb: memoryOf(machine) },
    pool: { ...pool, budgetMb: config?.warm_memory_mb ?? pool.budgetMb },
  });
  await sandbox.sweep();
  return sandbox;
}

function memoryOf(machine: MachineFacts): number {
  return maxJobMemoryMb(machine, DEFAULT_SANDBOX_LIMITS.maxMemoryMb);
}

async function offerPrograms(
  options: ExecuteWorkerOptions,
  { more }: Images,
  { sandbox, probe }: ProvenSandbox,
  problems: WorkerProblem[],
): Promise<ExecuteWorker> {
  const { runtime = 'runc' } = probe;
  // Nobody waits for it: what comes before is served from cold.
  void sandbox.warmUp();
  const toolchains = [
    ...probe.languages.map((one) => ({ ...one, image: probe.image?.id ?? '' })),
    ...(await sandbox.probeMore()).map((one) => ({ ...one, image: more?.id ?? '' })),
  ];
  const languages = toolchains.map(({ language }) => language);
  const sessions = await offerSessions(sandbox, options, problems);
  const offer = { languages, max_memory_mb: memoryOf(options.machine), runtime, toolchains };
  return { sandbox, offer: { ...offer, isolation: isolationOf(runtime), ...(sessions && { sessions }) } };
}

/** Sessions in those languages whose kernel was tried; none where the operator wants none. */
async function offerSessions(
  sandbox: Sandbox,
  { config, machine, executeSlots }: ExecuteWorkerOptions,
  problems: WorkerProblem[],
): Promise<{ slots: number; languages: SessionLanguage[] } | null> {
  const slots = config?.sessions ?? sessionSlots(machine, executeSlots);
  if (slots === 0) return null;
  const { languages, faults } = await sandbox.probeKernels();
  problems.push(
    ...faults.map((fault) => ({ what: `sessions: ${fault}`, fix: 'see the log of the Docker daemon' })),
  );
  return languages.length === 0 ? null : { slots, languages };
}

/** More languages are an extra: a node without them offers what it has. */
async function findMore(
  { docker, config, cacheDir, install, report }: ExecuteWorkerOptions,
  problems: WorkerProblem[],
): Promise<SandboxImage | null> {
  const mayBuild = config?.languages === 'all';
  const setup = { cacheDir, report, allowInstall: install, allowStart: false };
  try {
    const step = await ensureMoreImage(docker, { ...setup, mayBuild });
    if (step === null) return null;
    if (step.state !== 'unavailable') return step.value;
    problems.push({ what: `more languages: ${step.reason}`, fix: step.fix });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    problems.push({ what: `more languages: ${error.message}`, fix: 'start Docker' });
  }
  return null;
}
