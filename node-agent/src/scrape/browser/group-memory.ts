import { readdirSync, readFileSync } from 'node:fs';

const PAGE_BYTES = 4096;

/** One process of a group, with the memory in MiB that it has resident and does not share with files: all of Chromium maps one program. */
export interface ProcessMemory {
  pid: number;
  memoryMb: number;
}

/**
 * The processes of a group; none where there is no /proc. Read at once, since no disk is behind it: a promise and a thread for each
 * process of the machine cost half of what a page takes of this process.
 */
export function groupMemory(group: number): ProcessMemory[] {
  return listProcesses()
    .map((pid) => inGroup(pid, group))
    .filter((one) => one !== null);
}

function listProcesses(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    // A system without /proc.
    return [];
  }
}

export function sumMb(processes: readonly ProcessMemory[]): number {
  return processes.reduce((sum, { memoryMb }) => sum + memoryMb, 0);
}

function inGroup(pid: string, group: number): ProcessMemory | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [, , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(processGroup) !== group) return null;
    const [, resident = '0', shared = '0'] = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ');
    const bytes = (Number(resident) - Number(shared)) * PAGE_BYTES;
    return { pid: Number(pid), memoryMb: bytes / 1024 / 1024 };
  } catch {
    // It ended between the listing and the look.
    return null;
  }
}
