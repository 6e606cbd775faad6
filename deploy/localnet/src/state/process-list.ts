import { setTimeout as sleep } from 'node:timers/promises';
import { readJsonFile, writeJsonFile } from './json-file.ts';
import { toIdentity } from './lock.ts';
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.ts';

const GRACE_MS = 5000;
const POLL_MS = 50;

type Entry = ProcessIdentity & { name: string };

/** The processes of this network, on disk, so that the next start can end what a killed one left running. */
export interface ProcessList {
  add(name: string, pid: number): Promise<void>;
  remove(pid: number): Promise<void>;
}

export function openProcessList(path: string): ProcessList {
  const entries = new Map<number, Entry>();
  let lastWrite = Promise.resolve();
  const write = () => {
    lastWrite = lastWrite.then(() => writeJsonFile(path, [...entries.values()]));
    return lastWrite;
  };
  return {
    async add(name, pid) {
      const identity = await identifyProcess(pid);
      if (!identity) return;
      entries.set(pid, { name, ...identity });
      await write();
    },
    async remove(pid) {
      if (entries.delete(pid)) await write();
    },
  };
}

/** Ends the processes that an earlier, killed run left behind; returns their names. */
export async function endLeftovers(path: string): Promise<string[]> {
  const found = await readJsonFile(path);
  const entries = (Array.isArray(found) ? found : []).flatMap(toEntry);
  const running: Entry[] = [];
  for (const entry of entries) if (await isRunning(entry)) running.push(entry);
  await Promise.all(running.map((entry) => endProcess(entry)));
  return running.map((entry) => entry.name);
}

/** Asks a process to end, waits, and kills it when it does not. */
async function endProcess(entry: Entry): Promise<void> {
  // Postgres takes SIGINT as a fast shutdown; SIGTERM would wait for its clients to leave.
  signal(entry.pid, entry.name === 'postgres' ? 'SIGINT' : 'SIGTERM');
  const deadline = performance.now() + GRACE_MS;
  while (await isRunning(entry)) {
    if (performance.now() > deadline) signal(entry.pid, 'SIGKILL');
    await sleep(POLL_MS);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended between the look and the signal.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function toEntry(value: unknown): Entry[] {
  const identity = toIdentity(value);
  if (!identity || typeof value !== 'object' || value === null || !('name' in value)) return [];
  return [{ ...identity, name: String(value.name) }];
}
