import { type ContainerEngine, EngineError, type EngineInfo } from './container-engine.ts';
import { chooseRuntime } from './container-runtime.ts';
import { buildContainerSpec } from './container-spec.ts';
import { type JobContainer, openJobContainer } from './job-container.ts';
import type { SandboxLimits } from './sandbox-limits.ts';
import { readSeccompProfile } from './seccomp-profile.ts';
import type { UidPool } from './uid-pool.ts';

/** How long after its job's time-out a container may still be needed, at the most. */
const DEADLINE_MARGIN_MS = 120_000;

export interface ContainerNeed {
  jobId: string;
  memoryMb: number;
  timeoutSeconds: number;
}

/** A container that waits for its one job. Whoever took it gives it back, used or not; it is never used again. */
export interface TakenContainer {
  container: JobContainer;
  image: string;
  runtime: string;
  release(): Promise<void>;
}

/** Where containers come from. A pool of started ones would be another. */
export interface ContainerSource {
  /** Fails with an `EngineError`. */
  take(need: ContainerNeed): Promise<TakenContainer>;
}

export interface ColdStartOptions {
  engine: ContainerEngine;
  image: string;
  limits: SandboxLimits;
  owner: string;
  runtime?: string;
  uids: UidPool;
  now: () => number;
  random: (bytes: number) => Buffer;
}

/** Makes and starts a container when one is asked for. */
export function createColdStart(options: ColdStartOptions): ContainerSource {
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

  return {
    async take({ jobId, memoryMb, timeoutSeconds }) {
      const [info, image] = await Promise.all([hostInfo(), engine.findImage(options.image)]);
      if (image === null)
        throw new EngineError('image_missing', `the image ${options.image} is not on this machine`);
      const runtime = options.runtime ?? chooseRuntime(info.runtimes, info.defaultRuntime);
      const uid = uids.take();
      const request = {
        ...{ jobId, owner: options.owner, image, runtime, uid, memoryMb, hostCpus: info.cpus },
        deadlineMs: Math.ceil(options.now() + timeoutSeconds * 1000 + DEADLINE_MARGIN_MS),
        seccompProfile: readSeccompProfile(),
      };
      try {
        const name = `watt-job-${random(8).toString('hex')}`;
        const container = await openJobContainer(engine, name, buildContainerSpec(request, options.limits));
        return {
          container,
          image,
          runtime,
          release: () => container.discard().finally(() => uids.release(uid)),
        };
      } catch (error) {
        uids.release(uid);
        throw error;
      }
    },
  };
}
