import { join } from 'node:path';
import { readEnv } from './env.ts';
import { prepareThisMachine } from './machine.ts';
import { createReport } from './terminal/report.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** Finds or installs what the tests need on this machine: Docker, the sandbox image and Chromium. */
export async function prepareForTests(env: NodeJS.ProcessEnv): Promise<void> {
  const settings = readEnv(env, process.stdout.isTTY === true);
  const report = createReport({ stream: process.stdout, hasColour: settings.hasColour });
  await prepareThisMachine({ report, cacheDir: join(ROOT, '.watt', 'cache'), ...settings });
}
