import { readdir, readFile } from 'node:fs/promises';

const PAGE_BYTES = 4096;

/** One process of a group, with the memory in MiB that it has resident and does not share with files: all of Chromium maps one program. */
export interface ProcessMemory {
  pid: number;
  memoryMb: number;
}

/** The processes of a group; none where there is no /proc. */
export async function groupMemory(group: number): Promise<ProcessMemory[]> {
  const names = await readdir('/proc').catch(() => []);
  const all = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map((pid) => inGroup(pid, group)));
  return all.filter((one) => one !== null);
}

export function sumMb(processes: readonly ProcessMemory[]): number {
  return processes.reduce((sum, { memoryMb }) => sum + memoryMb, 0);
}

async function inGroup(pid: string, group: number): Promise<ProcessMemory | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    const [, , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(processGroup) !== group) return null;
    const [, resident = '0', shared = '0'] = (await readFile(`/proc/${pid}/statm`, 'latin1')).split(' ');
    const bytes = (Number(resident) - Number(shared)) * PAGE_BYTES;
    return { pid: Number(pid), memoryMb: bytes / 1024 / 1024 };
  } catch {
    // It ended between the listing and the look.
    return null;
  }
}
