import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ContainerEngine, EngineError, type EngineInfo } from '../sandbox/container-engine.ts';
import { aptInstall } from './apt-install.ts';
import { freeDiskMb } from './free-disk.ts';
import { startDockerd } from './start-dockerd.ts';
import { type SetupOptions, type StepResult, unavailable } from './step-result.ts';

const READY_LIMIT_MS = 60_000;
const READY_POLL_MS = 250;
const INSTALL_DISK_MB = 600;
const DOCKERD_PLACES = ['/usr/bin/dockerd', '/usr/sbin/dockerd', '/usr/local/bin/dockerd'];

/** Makes sure that a Docker daemon answers: installs it, starts it, and waits for it, as far as the options allow. */
export async function ensureDocker(
  engine: ContainerEngine,
  options: SetupOptions,
): Promise<StepResult<EngineInfo>> {
  const first = await ask(engine);
  if (first.info !== null) return { state: 'found', detail: describe(first.info), value: first.info };
  if (first.isForbidden) {
    return unavailable(
      'this user may not use the Docker socket',
      'sudo usermod -aG docker "$USER", then log out and in again (the group is as powerful as root)',
    );
  }
  if (process.platform !== 'linux') {
    return unavailable('no Docker daemon answers', 'install Docker Desktop and start it');
  }

  let installed = false;
  if (findDockerd() === undefined) {
    const freeMb = await freeDiskMb('/var/lib');
    if (freeMb < INSTALL_DISK_MB) {
      return unavailable(
        `Docker needs ${INSTALL_DISK_MB} MB and /var has ${freeMb} MB`,
        'free some space in /var',
      );
    }
    const refused = await aptInstall(['docker.io'], options);
    if (refused !== null) return refused;
    installed = true;
  }
  const dockerd = findDockerd();
  if (dockerd === undefined)
    return unavailable('the package docker.io brought no dockerd', 'install Docker by hand');

  // The package's own scripts may have started it.
  const second = installed ? await ask(engine) : first;
  if (second.info !== null) return { state: 'installed', detail: describe(second.info), value: second.info };
  if (!options.allowStart)
    return unavailable('the Docker daemon does not run', 'sudo systemctl start docker, or: sudo dockerd &');
  const started = await startDockerd(dockerd, options);
  if (started.state === 'unavailable') return started;

  const info = await waitForEngine(engine);
  if (info === null) {
    const said = started.logFile === null ? '' : `: ${lastLines(started.logFile)}`;
    return unavailable(
      `the Docker daemon did not answer within ${READY_LIMIT_MS / 1000} s${said}`,
      'see its log',
    );
  }
  return {
    state: 'installed',
    detail: `${describe(info)}, daemon started`,
    value: info,
  };
}

async function ask(engine: ContainerEngine): Promise<{ info: EngineInfo | null; isForbidden: boolean }> {
  try {
    return { info: await engine.info(), isForbidden: false };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const code = (error.cause as NodeJS.ErrnoException | undefined)?.code;
    return { info: null, isForbidden: code === 'EACCES' || code === 'EPERM' };
  }
}

async function waitForEngine(engine: ContainerEngine): Promise<EngineInfo | null> {
  const deadline = performance.now() + READY_LIMIT_MS;
  while (performance.now() < deadline) {
    const { info } = await ask(engine);
    if (info !== null) return info;
    await sleep(READY_POLL_MS);
  }
  return null;
}

function findDockerd(): string | undefined {
  return DOCKERD_PLACES.find((place) => existsSync(place));
}

function describe(info: EngineInfo): string {
  return `Docker ${info.version}, ${info.cpus} CPUs, ${info.memoryMb} MB`;
}

function lastLines(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-2).join(' | ');
  } catch {
    return 'it wrote no log';
  }
}
