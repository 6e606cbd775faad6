import { createDockerEngine, type Preparation, prepareMachine } from '@watt/node';
import type { Report, Step } from './terminal/report.ts';

export interface Machine {
  /** The sandbox image is there, so programs can be run. */
  canExecute: boolean;
  /** A Chromium is there, so pages with JavaScript can be scraped. */
  canBrowse: boolean;
  /** For each thing that is missing: what, and what to do. */
  missing: { what: 'programs' | 'browser'; fix: string }[];
}

export interface PrepareMachineOptions {
  report: Report;
  cacheDir: string;
  useDocker: boolean;
  useChromium: boolean;
}

const NAMES = { docker: 'Docker', sandboxImage: 'sandbox image', chromium: 'Chromium' } as const;
type StepName = keyof Preparation;

/** Finds or installs Docker, the sandbox image and Chromium, a line for each; goes on without what cannot be had. */
export async function prepareThisMachine(options: PrepareMachineOptions): Promise<Machine> {
  const { report, cacheDir, useDocker, useChromium } = options;
  const order: StepName[] = [
    ...(useDocker ? (['docker', 'sandboxImage'] as const) : []),
    ...(useChromium ? (['chromium'] as const) : []),
  ];
  let step: Step | null = null;
  const begin = () => {
    const next = order.shift();
    step = next ? report.step(NAMES[next], 'looking') : null;
  };
  begin();
  const prepared = await prepareMachine({
    docker: createDockerEngine(),
    want: { execute: useDocker, scrapeJavascript: useChromium },
    allowInstall: true,
    allowStart: true,
    cacheDir,
    report: (text) => step?.progress(text),
    onStep(_name, result) {
      if (result.state === 'unavailable')
        step?.missing(`not available: ${result.reason}. ${result.fix} Going on without.`);
      else step?.done(`${result.state}, ${result.detail}`);
      begin();
    },
  });
  if (!useDocker) report.step('Docker').missing('left aside: WATT_DOCKER=off');
  if (!useChromium) report.step('Chromium').missing('left aside: WATT_CHROMIUM=off');
  return toMachine(prepared);
}

function toMachine({ sandboxImage, chromium }: Preparation): Machine {
  const missing: Machine['missing'] = [];
  const canExecute = sandboxImage !== null && sandboxImage.state !== 'unavailable';
  const canBrowse = chromium !== null && chromium.state !== 'unavailable';
  if (!canExecute) {
    missing.push({
      what: 'programs',
      fix: sandboxImage?.state === 'unavailable' ? sandboxImage.fix : 'unset WATT_DOCKER',
    });
  }
  if (!canBrowse) {
    missing.push({
      what: 'browser',
      fix: chromium?.state === 'unavailable' ? chromium.fix : 'unset WATT_CHROMIUM',
    });
  }
  return { canExecute, canBrowse, missing };
}
