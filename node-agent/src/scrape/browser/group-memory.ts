import { readdir, readFile } from 'node:fs/promises';

const PAGE_BYTES = 4096;

/**
 * Memory of a process group in MiB: what its processes have resident and do not share with files, since all of Chromium maps the same
 * program. Zero where there is no /proc.
 */
export async function groupMemoryMb(group: number): Promise<number> {
  const names = await readdir('/proc').catch(() => []);
  const sizes = await Promise.all(
    names.filter((name) => /^\d+$/.test(name)).map((pid) => ownBytes(pid, group)),
  );
  return sizes.reduce((sum, size) => sum + size, 0) / 1024 / 1024;
}

async function ownBytes(pid: string, group: number): Promise<number> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    const [, , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(processGroup) !== group) return 0;
    const [, resident = '0', shared = '0'] = (await readFile(`/proc/${pid}/statm`, 'latin1')).split(' ');
    return (Number(resident) - Number(shared)) * PAGE_BYTES;
  } catch {
    // It ended between the listing and the look.
    return 0;
  }
}
