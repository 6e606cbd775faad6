import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ContainerEngine, EngineError } from '../../src/sandbox/container-engine.ts';
import { OWNER_LABEL } from '../../src/sandbox/container-spec.ts';
import { createDockerEngine } from '../../src/sandbox/docker.ts';

const SHARED_SOCKET = '/var/run/docker.sock';
const READY_LIMIT_MS = 100_000;

/** Whether a second daemon can be had here, so that the one that everybody uses may be left alone. */
export const canHaveOwnDockerd =
  process.getuid?.() === 0 && existsSync('/usr/sbin/dockerd') && existsSync(SHARED_SOCKET);

export interface OwnDockerd extends AsyncDisposable {
  engine: ContainerEngine;
  /** As a crash or the kernel would. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** A Docker daemon of the test's own, beside the machine's, with one image of the machine's. */
export async function startOwnDockerd(image: string): Promise<OwnDockerd> {
  const folder = await mkdtemp(join(tmpdir(), 'watt-dockerd-'));
  const socketPath = join(folder, 'docker.sock');
  const engine = createDockerEngine({ socketPath });
  let daemon: ChildProcess | null = null;
  let gone: Promise<unknown> = Promise.resolve();

  const end = async (signal: NodeJS.Signals) => {
    daemon?.kill(signal);
    await gone;
    daemon = null;
  };
  const dockerd: OwnDockerd = {
    engine,
    kill: () => end('SIGKILL'),
    async start() {
      // A daemon that was killed leaves its pid file, and the next one believes it.
      await rm(join(folder, 'pid'), { force: true });
      await untilContainerdIsGone(folder);
      // In a network of its own: a daemon without a bridge takes away the machine's when it starts.
      const command = ['--net', '/usr/sbin/dockerd', ...daemonOptions(folder, socketPath)];
      daemon = spawn('unshare', command, { stdio: 'ignore' });
      gone = new Promise((resolve) => daemon?.once('exit', resolve));
      await untilReady(engine);
    },
    async [Symbol.asyncDispose]() {
      // A test that failed leaves jobs, whose containers would outlive every daemon.
      await removeContainers(engine).catch(() => undefined);
      // Asked to stop, it can wait for ever for the containerd that an earlier kill took from it. No container is left to harm.
      await end('SIGKILL');
      await untilContainerdIsGone(folder);
      spawnSync('umount', [join(folder, 'data')]);
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
  await dockerd.start();
  await copyImage(image, socketPath);
  return dockerd;
}

function daemonOptions(folder: string, socketPath: string): string[] {
  return [
    ...[
      '--data-root',
      join(folder, 'data'),
      '--exec-root',
      join(folder, 'exec'),
      '--pidfile',
      join(folder, 'pid'),
    ],
    ...[
      '-H',
      `unix://${socketPath}`,
      '--bridge=none',
      '--iptables=false',
      '--ip-forward=false',
      '--ip-masq=false',
    ],
  ];
}

async function untilReady(engine: ContainerEngine): Promise<void> {
  const deadline = Date.now() + READY_LIMIT_MS;
  for (;;) {
    try {
      await engine.info();
      return;
    } catch (error) {
      if (!(error instanceof EngineError) || Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
}

/** Its containerd dies with a daemon that is killed, but not in the same moment, and a daemon that starts would believe its pid file. */
async function untilContainerdIsGone(folder: string): Promise<void> {
  const file = join(folder, 'exec', 'containerd', 'containerd.pid');
  const deadline = Date.now() + READY_LIMIT_MS;
  while (existsSync(file) && existsSync(join('/proc', readFileSync(file, 'utf8').trim()))) {
    if (Date.now() > deadline) throw new Error('containerd outlives its daemon');
    await sleep(20);
  }
  await rm(file, { force: true });
}

async function removeContainers(engine: ContainerEngine): Promise<void> {
  for (const { id } of await engine.list(OWNER_LABEL)) await engine.remove(id);
}

function copyImage(name: string, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const path = `/images/${encodeURIComponent(name)}/get`;
    const saved = request({ socketPath: SHARED_SOCKET, path }, (image) => {
      const headers = { 'content-type': 'application/x-tar' };
      const loaded = request({ socketPath, path: '/images/load', method: 'POST', headers }, (answer) => {
        answer.resume();
        answer.once('end', () => (answer.statusCode === 200 ? resolve() : reject(new Error('not loaded'))));
      });
      loaded.once('error', reject);
      image.pipe(loaded);
    });
    saved.once('error', reject);
    saved.end();
  });
}
