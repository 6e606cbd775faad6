import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findFreePort, startTethered } from '@watt/localnet';

const run = promisify(execFile);
const READY_LIMIT_MS = 10_000;
const INSTALL_LIMIT_MS = 180_000;
const POLL_MS = 25;

export interface Redis {
  port: number;
  stop(): Promise<void>;
}

/** Starts a Redis of our own on a free loopback port, without persistence: the peer at its fastest. */
export async function startRedis(log: (line: string) => void): Promise<Redis> {
  await ensureRedis(log);
  const dir = await mkdtemp(join(tmpdir(), 'watt-bench-redis-'));
  const port = await findFreePort();
  const settings = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--dir',
    dir,
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  const server = startTethered(['redis-server', ...settings]);
  const stop = async () => {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await waitUntilListening(port, server.ended);
    return { port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function ensureRedis(log: (line: string) => void): Promise<void> {
  if (await isInstalled()) return;
  const advice = 'redis-server is missing, the peer of this measurement: apt-get install redis-server';
  if (process.getuid?.() !== 0) throw new Error(advice);
  log('redis-server is missing, installing it by apt-get …');
  try {
    const options = ['install', '-y', '--no-install-recommends', 'redis-server'];
    await run('apt-get', options, { timeout: INSTALL_LIMIT_MS });
  } catch (cause) {
    throw new Error(advice, { cause });
  }
}

async function isInstalled(): Promise<boolean> {
  try {
    await run('redis-server', ['--version'], { timeout: READY_LIMIT_MS });
    return true;
  } catch {
    // Whatever stopped it, it cannot be used.
    return false;
  }
}

async function waitUntilListening(port: number, ended: AbortSignal): Promise<void> {
  const deadline = performance.now() + READY_LIMIT_MS;
  while (performance.now() < deadline) {
    ended.throwIfAborted();
    if (await answers(port)) return;
    await sleep(POLL_MS, undefined, { signal: ended });
  }
  throw new Error(`Redis did not listen within ${READY_LIMIT_MS / 1_000} s`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
