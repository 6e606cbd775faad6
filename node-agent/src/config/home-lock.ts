import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { parseJson } from '@watt/shared';
import type { Home } from './home.ts';
import { isProcessAlive, processMark } from './process-age.ts';

export interface LockHolder {
  pid: number;
  /** See `processMark`. */
  mark: string | null;
}

export interface HomeLock {
  release(): Promise<void>;
}

const TRIES = 5;

/** Takes the home for this process, or says who has it. The lock of a process that died does not count. */
export async function takeHomeLock(home: Home): Promise<HomeLock | { heldBy: LockHolder }> {
  const mine: LockHolder = { pid: process.pid, mark: await processMark(process.pid) };
  const draft = `${home.lock}.${mine.pid}`;
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      if (await linkIfFree(draft, home.lock)) {
        return { release: () => rm(home.lock, { force: true }) };
      }
      const holder = await lockHolder(home);
      if (holder) return { heldBy: holder };
      await clearStale(home, `${draft}.stale`);
    }
    throw new Error(`The lock ${home.lock} could not be taken`);
  } finally {
    await rm(draft, { force: true });
  }
}

/** The living process that has the home, or null. */
export async function lockHolder(home: Home): Promise<LockHolder | null> {
  return livingHolder(home.lock);
}

// A hard link appears whole or not at all, so nobody reads half a lock.
async function linkIfFree(draft: string, lock: string): Promise<boolean> {
  try {
    await link(draft, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead lock out of the way; a living one that was moved by mistake, because it was taken just now, goes back. */
async function clearStale(home: Home, aside: string): Promise<void> {
  try {
    await rename(home.lock, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (await livingHolder(aside)) await linkIfFree(aside, home.lock);
  await rm(aside, { force: true });
}

async function livingHolder(path: string): Promise<LockHolder | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const holder = parseJson(text) as Partial<LockHolder> | null | undefined;
  if (typeof holder?.pid !== 'number' || !isProcessAlive(holder.pid)) return null;
  const mark = await processMark(holder.pid);
  const isSameProcess =
    holder.mark === undefined || holder.mark === null || mark === null || mark === holder.mark;
  return isSameProcess ? { pid: holder.pid, mark } : null;
}
