import { stat } from 'node:fs/promises';
import { CliError } from '../cli/cli-error.ts';
import type { Home } from '../config/home.ts';
import type { NodeConfig } from '../config/node-config.ts';
import { readKeyFile } from '../identity/node-key.ts';
import { freeDiskMb } from '../setup/free-disk.ts';
import { type Check, failed, ok, warning } from './check.ts';

/** The journal may keep 512 MB of results; the rest is for logs and for the work of a scrape. */
const HOME_DISK_MB = 1_024;

/** What the node has in its folder: set-up, key, wallet, and room. */
export async function checkHome(home: Home, config: NodeConfig | null, isRoot: boolean): Promise<Check[]> {
  const checks = [
    config === null
      ? failed('set-up', `no node is set up in ${home.dir}`, `watt-node init --home ${home.dir} --router URL`)
      : ok('set-up', `“${config.name}”, ${config.class}, ${config.services.join(' and ')}`),
  ];
  if (config !== null) checks.push(await checkKey(home), await checkFolder(home), checkWallet(config));
  checks.push(await checkDisk('disk', home.dir, HOME_DISK_MB), checkUser(isRoot));
  return checks;
}

/** How much is free where a path lies. */
export async function checkDisk(name: string, path: string, leastMb: number): Promise<Check> {
  const freeMb = await freeDiskMb(path);
  const found = Number.isFinite(freeMb)
    ? `${freeMb} MB free at ${path}`
    : `the system does not tell of ${path}`;
  if (freeMb >= leastMb) return ok(name, found);
  return failed(name, found, `free some space: ${leastMb} MB are needed there`);
}

async function checkKey(home: Home): Promise<Check> {
  try {
    const key = await readKeyFile(home.key);
    if (key === null)
      return failed(
        'node key',
        `${home.key} is missing`,
        'restore it from your backup, or run watt-node init',
      );
    return ok('node key', `${key.publicKey}, readable by its owner only`);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return failed('node key', error.message, error.fix);
  }
}

async function checkFolder(home: Home): Promise<Check> {
  const { mode } = await stat(home.dir);
  const found = `${home.dir}, mode ${(mode & 0o777).toString(8)}`;
  return (mode & 0o077) === 0
    ? ok('home folder', found)
    : failed('home folder', found, `chmod 700 ${home.dir}`);
}

function checkWallet({ wallet }: NodeConfig): Check {
  if (wallet === null) {
    const fix = 'watt-node init --wallet ADDRESS';
    return warning('wallet', 'none: earnings are kept for this node until it has one', fix);
  }
  if (wallet.signature === null) {
    return warning('wallet', `${wallet.address} is not proven`, 'watt-node init shows what it has to sign');
  }
  return ok('wallet', `${wallet.address}, proven`);
}

function checkUser(isRoot: boolean): Check {
  if (!isRoot) return ok('user', 'not root');
  const found =
    'root: a fault of the node is a fault of the machine; Chromium is started as another user, or without its sandbox where it cannot be';
  return warning('user', found, 'run the node as a user of its own, in the group docker');
}
