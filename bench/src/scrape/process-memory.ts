import { readdir, readFile } from 'node:fs/promises';

const SAMPLE_MS = 250;

export interface MemoryWatch {
  /** The most that a process and all it started held at once so far, in MB. */
  peakMb(): number;
  stop(): void;
}

/** Samples a process tree's memory; pages that processes share are counted once (PSS). Linux only. */
export function watchMemory(pid: number): MemoryWatch {
  let peak = 0;
  let isStopped = false;
  const sample = async () => {
    while (!isStopped) {
      peak = Math.max(peak, await treeMemory(pid));
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  };
  void sample();
  return {
    peakMb: () => peak,
    stop() {
      isStopped = true;
    },
  };
}

async function treeMemory(root: number): Promise<number> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    // The name in brackets may hold blanks and brackets itself.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (stat !== '') parents.set(Number(name), parent);
  }
  const isOfTree = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at)) {
      if (at === root) return true;
    }
    return false;
  };
  const sizes = await Promise.all([...parents.keys()].filter(isOfTree).map(pssMb));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function pssMb(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1024;
}
