import type { SandboxLimits } from './sandbox-limits.ts';

/** Every container of a sandbox carries it; its value is the name of the sandbox that made it. */
export const OWNER_LABEL = 'watt.sandbox';
/** Unix time in milliseconds after which nobody can still need the container. */
export const DEADLINE_LABEL = 'watt.deadline';
const JOB_LABEL = 'watt.job';

const MIB = 1024 * 1024;

/**
 * What Docker masks by itself; /dev/pts, because pseudo-terminals are counted for the whole host and one job could take all; and
 * the devices, whose models, serial numbers and temperatures tell one machine from another and one hour from the next.
 */
const MASKED_PATHS = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/cmdline',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/pressure',
  '/proc/sys/kernel/random/boot_id',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
  '/sys/devices/virtual/dmi',
  '/sys/devices/virtual/thermal',
  '/sys/devices/pci0000:00',
  '/sys/devices/platform',
  '/sys/devices/LNXSYSTM:00',
  '/dev/pts',
];
const READONLY_PATHS = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** The buffers of a connection on the loopback grow to megabytes otherwise, and no cgroup of version 1 counts them. */
const SYSCTLS: Readonly<Record<string, string>> = {
  'net.ipv4.tcp_rmem': '4096 65536 131072',
  'net.ipv4.tcp_wmem': '4096 65536 131072',
  'net.ipv4.tcp_max_tw_buckets': '1024',
};

export interface ContainerRequest {
  /** For people who look at the list of containers. */
  jobId: string;
  /** The supervisor that is its PID 1, with its arguments. */
  command: readonly string[];
  owner: string;
  deadlineMs: number;
  image: string;
  runtime: string;
  uid: number;
  memoryMb: number;
  /** Whether files in /tmp may be run: a compiled program is one. */
  canRunFiles: boolean;
  /** Text of the profile, not a path. */
  seccompProfile: string;
  /** Processors that the host has; asking Docker for more is an error. */
  hostCpus: number;
}

export type ContainerSpec = ReturnType<typeof buildContainerSpec>;

/**
 * The settings of a container for one job, as Docker's API takes them. The supervisor is PID 1, so Docker's own init
 * is off; and nothing restarts or removes the container but us, because its state is evidence until we have read it.
 */
export function buildContainerSpec(request: ContainerRequest, limits: SandboxLimits) {
  const { uid, memoryMb } = request;
  const memoryBytes = memoryMb * MIB;
  const tmpMb = Math.max(1, Math.min(limits.tmpMb, Math.floor(memoryMb / 2)));
  return {
    Image: request.image,
    Cmd: [...request.command],
    User: `${uid}:${uid}`,
    WorkingDir: '/tmp',
    // Unbuffered, or a program that runs out of time would take what it had printed with it.
    Env: [
      'HOME=/tmp',
      'PATH=/usr/bin:/bin',
      'LANG=C.UTF-8',
      'PYTHONUNBUFFERED=1',
      'PYTHONDONTWRITEBYTECODE=1',
      // No window can open here; and threads beyond the processors of a job only wait for each other.
      'MPLBACKEND=Agg',
      `OPENBLAS_NUM_THREADS=${limits.cpus}`,
    ],
    Labels: {
      [OWNER_LABEL]: request.owner,
      [JOB_LABEL]: request.jobId,
      [DEADLINE_LABEL]: String(request.deadlineMs),
    },
    Hostname: 'sandbox',
    // Nothing in it has a last word to say: a daemon that stops or comes back does not wait for it.
    StopSignal: 'SIGKILL',
    NetworkDisabled: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    // When the node dies its connection closes, and with it stdin, at which the supervisor ends the job.
    StdinOnce: true,
    Tty: false,
    HostConfig: {
      Runtime: request.runtime,
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      Privileged: false,
      SecurityOpt: ['no-new-privileges:true', `seccomp=${request.seccompProfile}`],
      PidsLimit: limits.pids,
      Memory: memoryBytes,
      MemorySwap: memoryBytes, // equal to Memory: no swap
      NanoCpus: Math.min(limits.cpus, request.hostCpus) * 1e9,
      CpuShares: 512,
      OomScoreAdj: 500,
      OomKillDisable: false,
      IpcMode: 'private', // 'none' has no /dev/shm, without which Python's multiprocessing fails
      ShmSize: limits.sharedMemoryMb * MIB,
      Sysctls: SYSCTLS,
      CgroupnsMode: 'private' as const,
      Tmpfs: {
        '/tmp': `rw,${request.canRunFiles ? 'exec' : 'noexec'},nosuid,nodev,size=${tmpMb}m,nr_inodes=${limits.tmpInodes},mode=0700,uid=${uid},gid=${uid}`,
      },
      MaskedPaths: MASKED_PATHS,
      ReadonlyPaths: READONLY_PATHS,
      Ulimits: [
        // One byte leaves no file, as none would, and is what keeps the kernel from starting the program that a host has for cores.
        { Name: 'core', Soft: 1, Hard: 1 },
        { Name: 'nofile', Soft: limits.openFiles, Hard: limits.openFiles },
        { Name: 'fsize', Soft: limits.tmpMb * MIB, Hard: limits.tmpMb * MIB },
        { Name: 'memlock', Soft: 65_536, Hard: 65_536 },
        { Name: 'msgqueue', Soft: 0, Hard: 0 },
        { Name: 'sigpending', Soft: 256, Hard: 256 },
      ],
      LogConfig: { Type: 'none', Config: {} },
      Init: false,
      RestartPolicy: { Name: 'no' },
      AutoRemove: false,
    },
  };
}
