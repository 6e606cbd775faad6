import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { ContainerEngine } from '../../../src/sandbox/container-engine.ts';
import type { UidRange } from '../../../src/sandbox/uid-pool.ts';

/** What a job could have changed on the host for good. Other tests work on this machine, so what they change is left out. */
export interface HostState {
  /** Settings that make the kernel run programs, or that switch protections off. */
  settings: Record<string, string>;
  modules: string[];
}

const SETTINGS = [
  '/proc/sys/kernel/core_pattern',
  '/proc/sys/kernel/modprobe',
  '/proc/sys/kernel/sysrq',
  '/proc/sys/kernel/hostname',
  '/proc/sys/kernel/randomize_va_space',
  '/proc/sys/vm/overcommit_memory',
  '/sys/kernel/uevent_helper',
];

export function readHostState(): HostState {
  const settings = SETTINGS.filter((path) => existsSync(path)).map((path) => [path, read(path)]);
  return {
    settings: Object.fromEntries(settings),
    modules: read('/proc/modules')
      .split('\n')
      .map((line) => line.split(' ')[0] ?? '')
      .sort(),
  };
}

/** Pseudo-terminals in use on the whole host. */
export function countTerminals(): number {
  return Number(read('/proc/sys/kernel/pty/nr'));
}

/** Everything that containers of these ids and users of this range have left on the host, a line each. */
export async function findLeftovers(
  engine: ContainerEngine,
  containers: ReadonlySet<string>,
  { first, count }: UidRange,
): Promise<string[]> {
  const isTheirs = (uid: number) => uid >= first && uid < first + count;
  const left: string[] = [];
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  for (const pid of processes) {
    const uid = Number(/^Uid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? -1);
    if (isTheirs(uid)) left.push(`process ${pid}: ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`);
  }
  for (const line of read('/proc/key-users').split('\n')) {
    const uid = Number(/^\s*(\d+):/.exec(line)?.[1] ?? -1);
    if (isTheirs(uid)) left.push(`keys of user ${uid}`);
  }
  const mounts = read('/proc/mounts');
  const { rootDir } = await engine.info();
  for (const id of containers) {
    if ((await engine.inspect(id)) !== null) left.push(`container ${id}`);
    if (mounts.includes(id)) left.push(`a mount of ${id}`);
    const folders = [
      `${rootDir}/containers/${id}`,
      `/sys/fs/cgroup/memory/docker/${id}`,
      `/sys/fs/cgroup/docker/${id}`,
    ];
    left.push(...folders.filter((folder) => existsSync(folder)));
  }
  return left;
}

/** Empty where the file is not there, or its process has gone in the meantime. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
