import { open, unlink } from 'node:fs/promises';
import { isMissing, readJsonFile } from './json-file.ts';
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.ts';

const TRIES = 5;

export type Lock = { held: true; release: () => Promise<void> } | { held: false; by: number };

/** Takes the lock of a state directory. One that a killed process left behind is taken over. */
export async function takeLock(path: string): Promise<Lock> {
  const self = await identifyProcess(process.pid);
  if (!self) throw new Error('This process cannot find itself in the list of processes');
  for (let i = 0; i < TRIES; i += 1) {
    if (await createFile(path, JSON.stringify(self))) {
      return { held: true, release: () => removeFile(path) };
    }
    const holder = toIdentity(await readJsonFile(path));
    if (holder && (await isRunning(holder))) return { held: false, by: holder.pid };
    await removeFile(path);
  }
  throw new Error(`${path} could not be taken: another process keeps making it anew`);
}

export function toIdentity(value: unknown): ProcessIdentity | null {
  if (typeof value !== 'object' || value === null) return null;
  if (!('pid' in value) || !('startedAt' in value)) return null;
  const { pid, startedAt } = value;
  return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : null;
}

/** True when this call made the file; the exclusive flag lets only one process win. */
async function createFile(path: string, text: string): Promise<boolean> {
  try {
    await using file = await open(path, 'wx', 0o600);
    await file.writeFile(text);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}
