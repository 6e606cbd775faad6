export const LIMIT_NAMES = [
  'memory',
  'time',
  'pids',
  'network',
  'disk',
  'inodes',
  'readOnlyRoot',
  'privileges',
  'kernelSurface',
  'terminals',
] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

/** What became of a probe job that ran into one limit on purpose. */
export interface LimitProof {
  name: LimitName;
  held: boolean;
  /** One line for people: what the job met. */
  measured: string;
  /** What the operator can do where it did not hold. */
  fix: string;
}

export const MEMORY_FIX =
  'enable the memory cgroup: on a Raspberry Pi add "cgroup_enable=memory cgroup_memory=1" to the line in /boot/firmware/cmdline.txt and restart; where there is swap, add "swapaccount=1" to the kernel’s command line, or turn swap off';

const FIXES: Record<LimitName, string> = {
  memory: MEMORY_FIX,
  pids: 'enable the pids cgroup (a kernel with CONFIG_CGROUP_PIDS)',
  time: 'see the log of the Docker daemon: containers are not ended when they must be',
  network: 'look for a runtime or a plug-in that gives containers a network despite "none"',
  disk: 'use a kernel and a runtime that honour the size of a tmpfs',
  inodes: 'use a kernel and a runtime that honour nr_inodes of a tmpfs',
  readOnlyRoot: 'use a runtime that honours a read-only root',
  privileges: 'use a runtime that drops capabilities and sets no-new-privileges',
  kernelSurface: 'use a kernel and a Docker with seccomp',
  terminals: 'use a runtime that honours masked paths (/dev/pts)',
};

export function limitProof(name: LimitName, held: boolean, measured: string): LimitProof {
  return { name, held, measured, fix: FIXES[name] };
}
