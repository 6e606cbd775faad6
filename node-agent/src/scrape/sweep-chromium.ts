import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'watt-chromium-';
const RETRY_MS = 100;

/** A folder for one Chromium's files. Its name says whose it is, for `sweepChromium`. */
export function makeChromiumFolder(folder = tmpdir(), pid = process.pid): Promise<string> {
  return mkdtemp(join(folder, `${PREFIX}${pid}-`));
}

/** Removes the folders of nodes that were killed, as far as `owners` have them; returns how many. */
export async function sweepChromium(owners: readonly number[], folder = tmpdir()): Promise<number> {
  let removed = 0;
  for (const name of await readdir(folder)) {
    const pid = name.startsWith(PREFIX)
      ? Number(/^\d+(?=-)/.exec(name.slice(PREFIX.length))?.[0])
      : Number.NaN;
    if (!Number.isInteger(pid) || isAlive(pid)) continue;
    const path = join(folder, name);
    const found = await lstat(path).catch(() => null);
    // Anybody may make such a name here, as a link or to have something removed.
    if (!found?.isDirectory() || !owners.includes(found.uid)) continue;
    // Another node may be at it as well.
    await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: RETRY_MS });
    removed += 1;
  }
  return removed;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
