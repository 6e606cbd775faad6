import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDockerEngine, prepareMachine } from '@watt/node';

/** The Chromium that all contenders share; it is installed where it is missing. */
export async function findBrowser(log: (line: string) => void): Promise<string> {
  const { chromium } = await prepareMachine({
    ...{ docker: createDockerEngine(), allowInstall: true, allowStart: true, report: log },
    cacheDir: join(tmpdir(), 'watt-bench'),
    want: { execute: false, scrapeJavascript: true },
  });
  if (!chromium || chromium.state === 'unavailable') {
    throw new Error(`${chromium?.reason ?? 'no Chromium'}. Fix: ${chromium?.fix ?? 'install it'}`);
  }
  const { path } = chromium.value;
  if (!existsSync(path)) throw new Error(`${path} is not there`);
  return path;
}
