import { readdirSync, readFileSync } from 'node:fs';

const PAGE_BYTES = 4096;

/** One process of a group, with the memory in MiB that it has resident and does not share with files: all of Chromium maps one program. */
export interface ProcessMemory {
  pid: number;
  memoryMb: number;
}

/**
 * Reads the processes of a group, as often as it is called; none where there is no /proc. Read at once, since no disk is behind it: a promise
 * and a thread for each process would cost half of what a page takes of this process. Which group a process is in is asked once, for a machine may
 * have hundreds.
 */
export function createGroupMemory(group: number): () => ProcessMemory[] {
  let known = new Map<string, boolean>();
  return () => {
    const names = listProcesses();
    // A number that is given anew was missing in between: the system goes through all others first.
    known = new Map(names.map((name) => [name, known.get(name) ?? isInGroup(name, group)]));
    return names
      .filter((name) => known.get(name))
      .map(readMemory)
      .filter((one) => one !== null);
  };
}

export function sumMb(processes: readonly ProcessMemory[]): number {
  return processes.reduce((sum, { memoryMb }) => sum + memoryMb, 0);
}

function listProcesses(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    // A system without /proc.
    return [];
  }
}

function isInGroup(pid: string, group: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [, , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(processGroup) === group;
  } catch {
    // It ended between the listing and the look.
    return false;
  }
}

function readMemory(pid: string): ProcessMemory | null {
  try {
    const [, resident = '0', shared = '0'] = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ');
    const bytes = (Number(resident) - Number(shared)) * PAGE_BYTES;
    return { pid: Number(pid), memoryMb: bytes / 1024 / 1024 };
  } catch {
    // As above.
    return null;
  }
}
