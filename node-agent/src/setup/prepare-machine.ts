import type { ContainerEngine, EngineInfo } from '../sandbox/container-engine.ts';
import { type Chromium, ensureChromium } from './ensure-chromium.ts';
import { ensureDocker } from './ensure-docker.ts';
import { ensureSandboxImage, type SandboxImage } from './ensure-sandbox-image.ts';
import { type SetupOptions, type StepResult, unavailable } from './step-result.ts';

export interface PrepareOptions extends SetupOptions {
  docker: ContainerEngine;
  /** What this machine is to do. What is left out is not looked for. */
  want: { scrapeJavascript: boolean; execute: boolean };
  /** Called once for each step, as soon as it is decided. */
  onStep?: (name: keyof Preparation, result: StepResult<unknown>) => void;
}

/** A step that was not wanted is null. */
export interface Preparation {
  docker: StepResult<EngineInfo> | null;
  sandboxImage: StepResult<SandboxImage> | null;
  chromium: StepResult<Chromium> | null;
}

/** Finds or installs what a node needs on its machine. One step after the other: two would wait for one package lock. */
export async function prepareMachine(options: PrepareOptions): Promise<Preparation> {
  const done: Preparation = { docker: null, sandboxImage: null, chromium: null };
  if (options.want.execute) {
    done.docker = await ensureDocker(options.docker, options);
    options.onStep?.('docker', done.docker);
    done.sandboxImage =
      done.docker.state === 'unavailable'
        ? unavailable('there is no Docker', done.docker.fix)
        : await ensureSandboxImage(options.docker, options);
    options.onStep?.('sandboxImage', done.sandboxImage);
  }
  if (options.want.scrapeJavascript) {
    done.chromium = await ensureChromium(options);
    options.onStep?.('chromium', done.chromium);
  }
  return done;
}
