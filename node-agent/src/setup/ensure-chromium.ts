import { existsSync } from 'node:fs';
import { aptInstall } from './apt-install.ts';
import { freeDiskMb } from './free-disk.ts';
import { runCommand } from './run-command.ts';
import { type SetupOptions, type StepResult, unavailable } from './step-result.ts';

const VERSION_LIMIT_MS = 30_000;
const INSTALL_DISK_MB = 900;
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

export interface Chromium {
  path: string;
  version: string;
}

/** Finds a Chromium that starts, or installs Debian's. */
export async function ensureChromium(options: SetupOptions): Promise<StepResult<Chromium>> {
  const found = await findChromium();
  if (found !== null) return { state: 'found', detail: `${found.version} (${found.path})`, value: found };
  if (process.platform !== 'linux')
    return unavailable('no Chromium here', 'install Chromium or Google Chrome');

  const freeMb = await freeDiskMb('/usr');
  if (freeMb < INSTALL_DISK_MB) {
    return unavailable(
      `Chromium needs ${INSTALL_DISK_MB} MB and /usr has ${freeMb} MB`,
      'free some space in /usr',
    );
  }
  const refused = await aptInstall(['chromium'], options);
  if (refused !== null) return refused;
  const installed = await findChromium();
  if (installed === null) {
    // Ubuntu's package of this name is only a pointer to a snap.
    return unavailable(
      'the package chromium brought no Chromium that starts',
      'install Google Chrome, or Chromium by hand',
    );
  }
  return { state: 'installed', detail: `${installed.version} (${installed.path})`, value: installed };
}

async function findChromium(): Promise<Chromium | null> {
  for (const path of PLACES) {
    if (!existsSync(path)) continue;
    const said = await runCommand([path, '--version'], { limitMs: VERSION_LIMIT_MS });
    const version = /\d+\.\d+\.\d+\.\d+/.exec(said.stdout)?.[0];
    if (said.ok && version !== undefined) return { path, version };
  }
  return null;
}
