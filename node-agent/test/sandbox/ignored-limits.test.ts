import { describe, expect, test } from 'vitest';
import type { ContainerEngine } from '../../src/sandbox/container-engine.ts';
import type { ContainerSpec } from '../../src/sandbox/container-spec.ts';
import type { LimitName } from '../../src/sandbox/limit-proof.ts';
import { docker, realImage, realSandbox } from './real-sandbox.ts';

const image = await realImage();

type HostConfig = ContainerSpec['HostConfig'];

/** The real engine, but that it ignores settings, as hosts and runtimes do without a word. */
function engineThatIgnores(change: (hostConfig: HostConfig, spec: ContainerSpec) => void): ContainerEngine {
  return {
    ...docker,
    create(name, spec) {
      const ignored = structuredClone(spec);
      change(ignored.HostConfig, ignored);
      return docker.create(name, ignored);
    },
  };
}

const withTmpOption = (hostConfig: HostConfig, change: (options: string) => string) => {
  hostConfig.Tmpfs['/tmp'] = change(hostConfig.Tmpfs['/tmp']);
};

describe.skipIf(image === null)('a host that ignores a limit is found out', () => {
  test.concurrent.each<[LimitName, (hostConfig: HostConfig, spec: ContainerSpec) => void]>([
    [
      'memory',
      (host) => {
        host.Memory = 0;
        host.MemorySwap = 0;
      },
    ],
    [
      'pids',
      (host) => {
        host.PidsLimit = 0;
      },
    ],
    [
      'network',
      (host, spec) => {
        host.NetworkMode = 'bridge';
        spec.NetworkDisabled = false;
      },
    ],
    ['disk', (host) => withTmpOption(host, (options) => options.replace(/size=\d+m/, 'size=200m'))],
    [
      'inodes',
      (host) => withTmpOption(host, (options) => options.replace(/nr_inodes=\d+/, 'nr_inodes=50000')),
    ],
    [
      'readOnlyRoot',
      (host) => {
        host.ReadonlyRootfs = false;
      },
    ],
    [
      'privileges',
      (host) => {
        host.SecurityOpt = host.SecurityOpt.filter((option) => !option.startsWith('no-new-privileges'));
      },
    ],
    [
      'kernelSurface',
      (host) => {
        host.SecurityOpt = [
          ...host.SecurityOpt.filter((option) => !option.startsWith('seccomp')),
          'seccomp=unconfined',
        ];
      },
    ],
    [
      'terminals',
      (host) => {
        host.MaskedPaths = host.MaskedPaths.filter((path) => path !== '/dev/pts');
      },
    ],
  ])('%s', async (name, change) => {
    const { sandbox } = realSandbox(image ?? '', { docker: engineThatIgnores(change) });
    const found = await sandbox.probe();
    await sandbox.close();
    expect(found.available).toBe(false);
    const missing = found.proofs.filter(({ held }) => !held);
    expect(missing.map((proof) => proof.name)).toEqual([name]);
    expect(found.problems).toEqual([
      { what: expect.stringContaining(missing[0]?.measured ?? '?'), fix: missing[0]?.fix },
    ]);
  });
});
