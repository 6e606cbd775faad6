import { expect, test } from 'vitest';
import { buildContainerSpec } from './container-spec.ts';
import { DEFAULT_SANDBOX_LIMITS } from './sandbox-limits.ts';

const MIB = 1024 * 1024;
const request = {
  jobId: 'job-1',
  command: ['/usr/lib/watt/supervisor'],
  canRunFiles: false,
  owner: 'sandbox-1',
  deadlineMs: 1_700_000_000_000,
  image: 'sha256:abc',
  runtime: 'runc',
  uid: 2_000_001,
  memoryMb: 256,
  seccompProfile: '{"defaultAction":"SCMP_ACT_ERRNO"}',
  hostCpus: 4,
};
const specOf = (changes: Partial<typeof request> = {}) =>
  buildContainerSpec({ ...request, ...changes }, DEFAULT_SANDBOX_LIMITS);

test('nothing gets out: no network, no capability, no device, no mount, a root that is read-only', () => {
  const { HostConfig, ...spec } = specOf();
  expect(spec).toMatchObject({ User: '2000001:2000001', NetworkDisabled: true, Tty: false, StdinOnce: true });
  expect(HostConfig).toMatchObject({
    NetworkMode: 'none',
    ReadonlyRootfs: true,
    CapDrop: ['ALL'],
    Privileged: false,
    SecurityOpt: ['no-new-privileges:true', `seccomp=${request.seccompProfile}`],
    IpcMode: 'private',
    CgroupnsMode: 'private',
    LogConfig: { Type: 'none' },
    AutoRemove: false,
    RestartPolicy: { Name: 'no' },
  });
  expect(HostConfig.MaskedPaths).toContain('/dev/pts');
  for (const absent of ['Binds', 'Devices', 'CapAdd', 'VolumesFrom', 'PidMode', 'UsernsMode']) {
    expect(HostConfig).not.toHaveProperty(absent);
  }
});

test('nothing of the agent’s own environment goes in', () => {
  expect(specOf().Env.map((entry) => entry.split('=')[0])).toEqual([
    'HOME',
    'PATH',
    'LANG',
    'PYTHONUNBUFFERED',
    'PYTHONDONTWRITEBYTECODE',
    'MPLBACKEND',
    'OPENBLAS_NUM_THREADS',
  ]);
});

test('memory is a whole number of bytes, without swap, beyond 2 GB too', () => {
  expect(specOf({ memoryMb: 4096 }).HostConfig).toMatchObject({ Memory: 4096 * MIB, MemorySwap: 4096 * MIB });
});

test.each([
  [16, 8],
  [64, 32],
  [256, 64],
  [4096, 64],
])('%i MB of memory allow %i MB in /tmp', (memoryMb, tmpMb) => {
  expect(specOf({ memoryMb }).HostConfig.Tmpfs['/tmp']).toBe(
    `rw,noexec,nosuid,nodev,size=${tmpMb}m,nr_inodes=16384,mode=0700,uid=2000001,gid=2000001`,
  );
});

test('never more processors than the host has: Docker refuses that', () => {
  const limits = { ...DEFAULT_SANDBOX_LIMITS, cpus: 4 };
  expect(buildContainerSpec({ ...request, hostCpus: 2 }, limits).HostConfig.NanoCpus).toBe(2e9);
  expect(buildContainerSpec({ ...request, hostCpus: 8 }, limits).HostConfig.NanoCpus).toBe(4e9);
});

test('whoever sweeps can tell whose it is and how long it may live', () => {
  expect(specOf().Labels).toEqual({
    'watt.sandbox': 'sandbox-1',
    'watt.job': 'job-1',
    'watt.deadline': '1700000000000',
  });
});
