import { networkInterfaces } from 'node:os';
import type { Isolation } from '@watt/shared';
import { type ContainerEngine, EngineError, type EngineInfo } from '../sandbox/container-engine.ts';
import { isolationOf, rankRuntimes } from '../sandbox/container-runtime.ts';
import type { Toolchain } from '../sandbox/probe-more.ts';
import { proveRuntime } from '../sandbox/prove-runtime.ts';
import { createSandbox } from '../sandbox/sandbox.ts';
import type { KernelProof } from '../sandbox/session/probe-kernels.ts';
import { readImageRecipe, readMoreRecipe, toNodeArch } from '../setup/image-recipe.ts';
import { type Check, failed, ok, warning } from './check.ts';
import { checkDisk } from './home-checks.ts';
import { findOpenDockerPort } from './open-docker-port.ts';

/** The first with private cgroup namespaces. */
const API_LEAST = '1.41';
const PLAIN_DOCKER_PORT = 2375;
const DOCKER_DISK_MB = 1_024;

const BETWEEN: Record<Isolation, string> = {
  vm: 'a virtual machine for each program',
  gvisor: 'a kernel of its own for each program (gVisor)',
  container: 'programs share this machine’s kernel',
};

export interface DockerCheckOptions {
  engine: ContainerEngine;
  clock: { now(): number };
  /** DOCKER_HOST, as Docker reads it. */
  dockerHost: string | null;
}

/** Whether programs of strangers can run here, and are held by every limit. Runs jobs of its own. */
export async function checkDocker(options: DockerCheckOptions): Promise<Check[]> {
  const { engine, dockerHost } = options;
  let info: EngineInfo;
  try {
    info = await engine.info();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const fix =
      'install and start Docker (watt-node run --install does both), and let this user reach its socket';
    return [failed('docker', error.message, fix)];
  }
  return [
    checkVersion(info),
    await checkPort(dockerHost),
    checkSeccomp(info),
    await checkDisk('docker disk', info.rootDir, DOCKER_DISK_MB),
    ...(await checkSandbox(options, info)),
  ];
}

function checkVersion(info: EngineInfo): Check {
  const { version, apiVersion, kernel, cgroupVersion } = info;
  const found = `Docker ${version}, API ${apiVersion}, cgroup v${cgroupVersion}, Linux ${kernel}`;
  return isAtLeast(apiVersion, API_LEAST)
    ? ok('docker', found)
    : failed('docker', found, `use a Docker with API ${API_LEAST} or later (20.10)`);
}

/** Whoever reaches the daemon without a password is root on this machine. */
async function checkPort(dockerHost: string | null): Promise<Check> {
  const name = 'docker port';
  const fix =
    'take -H tcp://… out of the daemon’s options or its "hosts": the port is root for whoever reaches it';
  if (dockerHost?.startsWith('tcp://')) return failed(name, `DOCKER_HOST is ${dockerHost}`, fix);
  const own = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const addresses = ['127.0.0.1', ...own.filter(({ scopeid }) => !scopeid).map(({ address }) => address)];
  const found = await findOpenDockerPort(addresses, PLAIN_DOCKER_PORT);
  if (found !== null) {
    return failed(name, `the daemon answers on ${found}:${PLAIN_DOCKER_PORT} without encryption`, fix);
  }
  return ok(
    name,
    `no daemon on port ${PLAIN_DOCKER_PORT} of this machine’s ${new Set(addresses).size} addresses`,
  );
}

function checkSeccomp({ enforces }: EngineInfo): Check {
  return enforces.seccomp
    ? ok('seccomp', 'on, with a profile of our own')
    : failed('seccomp', 'Docker has none here', 'use a kernel and a Docker with seccomp');
}

async function checkSandbox({ engine, clock }: DockerCheckOptions, info: EngineInfo): Promise<Check[]> {
  const arch = toNodeArch(info.platform);
  if (arch === null) {
    return [failed('image', `there is none for ${info.platform}`, 'use a 64-bit system on x86 or ARM')];
  }
  const warnings: string[] = [];
  const more = readMoreRecipe(arch).name;
  const hasMore = (await engine.findImage(more)) !== null;
  const { sandbox, probe, refused } = await proveRuntime(
    rankRuntimes(info.runtimes, info.defaultRuntime),
    async (runtime) =>
      createSandbox({
        ...{ docker: engine, image: readImageRecipe(arch).name, runtime, clock },
        ...(hasMore && { moreImage: more }),
        logger: { warn: (_, message) => warnings.push(message) },
      }),
  );
  try {
    const { image, runtime = '', proofs, problems, languages } = probe;
    if (image === undefined) {
      return problems.map(({ what }) => failed('image', what, 'watt-node run builds it'));
    }
    const told = new Set(proofs.map(({ fix }) => fix));
    return [
      ok('image', `${image.name}, ${image.id.slice(0, 19)}`),
      checkRuntime(runtime, info),
      ...refused.flatMap(({ runtime: name, problems: [first] }) =>
        first ? [warning('runtime', `${name} does not hold every limit here: ${first.what}`, first.fix)] : [],
      ),
      ...proofs.map(({ name, held, measured, fix }) =>
        held ? ok(`limit ${name}`, measured) : failed(`limit ${name}`, measured, fix),
      ),
      // Those of the proofs are in their own lines already.
      ...problems.filter(({ fix }) => !told.has(fix)).map(({ what, fix }) => failed('programs', what, fix)),
      listLanguages('languages', languages),
      ...(hasMore ? [listLanguages('more languages', await sandbox.probeMore())] : []),
      checkSessions(await sandbox.probeKernels()),
      ...warnings.map((text) => warning('programs', text, 'see the log of the Docker daemon')),
    ];
  } finally {
    await sandbox.close();
  }
}

function checkSessions({ languages, faults }: KernelProof): Check {
  return faults.length === 0
    ? ok('sessions', `${languages.join(', ')}: a second call found what the first had left`)
    : failed('sessions', faults.join('; '), 'see the log of the Docker daemon');
}

function listLanguages(name: string, languages: readonly Toolchain[]): Check {
  return ok(name, languages.map(({ language, version }) => `${language} ${version}`).join(', ') || 'none');
}

function checkRuntime(runtime: string, { runtimes }: EngineInfo): Check {
  const others = runtimes.filter((name) => name !== runtime && !name.startsWith('io.containerd.'));
  return ok(
    'runtime',
    `${runtime}: ${BETWEEN[isolationOf(runtime)]}${others.length > 0 ? `; also ${others.join(', ')}` : ''}`,
  );
}

function isAtLeast(version: string, least: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
