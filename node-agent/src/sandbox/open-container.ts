import { type ContainerEngine, EngineError, type EngineInfo } from './container-engine.ts';
import { chooseRuntime, isolationOf } from './container-runtime.ts';
import type { TakenContainer } from './container-source.ts';
import { buildContainerSpec, type ContainerSpec } from './container-spec.ts';
import { openJobContainer } from './job-container.ts';
import { type ImageKind, LANGUAGE_TABLE, type Language } from './languages.ts';
import type { SandboxLimits } from './sandbox-limits.ts';
import { readSeccompProfile } from './seccomp-profile.ts';
import type { UidPool } from './uid-pool.ts';

export interface OpenOptions {
  engine: ContainerEngine;
  /** Name and tag of each image that is there. */
  images: Readonly<Partial<Record<ImageKind, string>>>;
  limits: SandboxLimits;
  owner: string;
  runtime?: string;
  uids: UidPool;
  now: () => number;
  random: (bytes: number) => Buffer;
}

export interface OpenRequest {
  /** For the label by which people find it. */
  jobId: string;
  memoryMb: number;
  /** How long from now anybody may still need it, at the most. */
  lifeMs: number;
  /** The language whose interpreter is to wait in it; null for a container that takes a job of `language`. */
  waiting: Language | null;
  language: Language;
}

/** Makes and starts a container for a job. Fails with an `EngineError`. */
export type OpenContainer = (request: OpenRequest) => Promise<TakenContainer>;

interface MakeRequest extends Omit<OpenRequest, 'waiting'> {
  /** The supervisor with its arguments. */
  command: readonly string[];
}

interface Discardable {
  discard(): Promise<void>;
}

export type MakeContainer = <C extends Discardable>(
  request: MakeRequest,
  open: (name: string, spec: ContainerSpec) => Promise<C>,
) => Promise<{ container: C; image: string; runtime: string; release(): Promise<void> }>;

/** What every container of one sandbox has in common. What is made fails with an `EngineError`. */
export function createContainerMaker(options: OpenOptions): MakeContainer {
  const { engine, uids, random } = options;
  let asked: Promise<EngineInfo> | undefined;

  /** The engine's answer takes 20 ms and stays the same, so it is kept; a failure is not. */
  function hostInfo(): Promise<EngineInfo> {
    asked ??= engine.info().catch((error: unknown) => {
      asked = undefined;
      throw error;
    });
    return asked;
  }

  return async ({ jobId, memoryMb, lifeMs, command, language }, open) => {
    const spec = LANGUAGE_TABLE[language];
    const name = options.images[spec.image] ?? `for ${language}`;
    const [info, image] = await Promise.all([hostInfo(), engine.findImage(name)]);
    if (image === null) throw new EngineError('image_missing', `the image ${name} is not on this machine`);
    const runtime = options.runtime ?? chooseRuntime(info.runtimes, info.defaultRuntime);
    const uid = uids.take();
    const request = {
      ...{ jobId, owner: options.owner, image, runtime, uid, command, hostCpus: info.cpus },
      memoryMb: Math.max(memoryMb, spec.compile?.memoryMb ?? 0),
      canRunFiles: spec.isNative === true,
      deadlineMs: Math.ceil(options.now() + lifeMs),
      seccompProfile: readSeccompProfile(),
    };
    try {
      const name = `watt-job-${random(8).toString('hex')}`;
      const container = await open(name, buildContainerSpec(request, options.limits));
      const release = () => container.discard().finally(() => uids.release(uid));
      return { container, image, runtime, release };
    } catch (error) {
      uids.release(uid);
      throw error;
    }
  };
}

/** Makes containers whose supervisor takes one job. */
export function createContainerOpener(engine: ContainerEngine, make: MakeContainer): OpenContainer {
  return async ({ waiting, ...request }) => {
    const command = ['/usr/lib/watt/supervisor', ...(waiting === null ? [] : waitingCommand(waiting))];
    const made = await make({ ...request, command }, (name, spec) => openJobContainer(engine, name, spec));
    return { ...made, waiting, isolation: isolationOf(made.runtime), isWarm: false };
  };
}

function waitingCommand(language: Language): string[] {
  const { file, command, waiting } = LANGUAGE_TABLE[language];
  return [`/tmp/${file}`, ...(waiting?.command ?? command)];
}
