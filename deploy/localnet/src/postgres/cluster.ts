import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMissing } from '../state/json-file.ts';
import { findPostgresBinaries, type PostgresBinaries } from './binaries.ts';
import { chooseServerUser, type ServerUser } from './server-user.ts';

const DATABASE = 'watt';
const USER = 'watt';
const INIT_LIMIT_MS = 60_000;
const READY_LIMIT_MS = 30_000;
const POLL_MS = 25;

export interface Cluster {
  url: string;
  /** The server's command line, for the supervisor. */
  command: string[];
  isNew: boolean;
  /** Resolves when the server takes connections; rejects after 30 s or when `signal` says that it ended. */
  waitUntilReady(signal: AbortSignal): Promise<void>;
}

export interface ClusterOptions {
  /** The directory that holds the data directory. */
  parent: string;
  passwordFile: string;
  port: number;
  /** Postgres' own cache; 64 MB where nothing is said, enough for a development machine. */
  sharedBuffersMb?: number;
}

/** Makes the data directory, user and database when they are missing. Does not start the server. */
export async function prepareCluster(options: ClusterOptions): Promise<Cluster> {
  const { parent, passwordFile, port, sharedBuffersMb = 64 } = options;
  const binaries = await findPostgresBinaries();
  const user = await chooseServerUser(binaries.postgres, parent);
  const data = join(parent, 'data');
  const isNew = !(await exists(join(data, 'PG_VERSION')));
  if (isNew) {
    const draft = join(parent, 'data.new');
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { mode: 0o700 });
    await user.own(draft);
    const password = randomBytes(24).toString('base64url');
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    await initialise({ binaries, user, parent, data: draft, password });
    // Renamed only when it is whole: a start that was killed half-way begins anew.
    await rename(draft, data);
  }
  const password = (await readFile(passwordFile, 'utf8')).trim();
  const settings = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '100',
    shared_buffers: `${sharedBuffersMb}MB`,
    fsync: 'on',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return {
    url: `postgres://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`,
    command: [...user.prefix, binaries.postgres, '-D', data, ...flags],
    isNew,
    waitUntilReady: (signal) => waitUntilReady(join(data, 'postmaster.pid'), signal),
  };
}

interface InitialiseOptions {
  binaries: PostgresBinaries;
  user: ServerUser;
  parent: string;
  data: string;
  password: string;
}

async function initialise({ binaries, user, parent, data, password }: InitialiseOptions): Promise<void> {
  const passwordCopy = join(parent, 'password.new');
  await writeFile(passwordCopy, `${password}\n`, { mode: 0o600 });
  try {
    await user.own(passwordCopy);
    await runWithInput([
      ...[...user.prefix, binaries.initdb, '-D', data, '-U', USER],
      ...['--auth=scram-sha-256', `--pwfile=${passwordCopy}`, '--locale=C', '--encoding=UTF8'],
    ]);
  } finally {
    await rm(passwordCopy, { force: true });
  }
  const single = [...user.prefix, binaries.postgres, '--single', '-D', data, 'postgres'];
  await runWithInput(single, `create database ${DATABASE};\n`);
}

/** Runs a program with a text as its input; rejects with what it said when it fails. */
function runWithInput([command = '', ...args]: string[], input = ''): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: INIT_LIMIT_MS });
    let said = '';
    const hear = (text: Buffer) => {
      said += text.toString();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(
            `${args.find((arg) => arg.startsWith('/')) ?? command} ended with ${code}: ${said.trim().slice(-2000)}`,
          ),
        );
    });
    child.stdin.end(input);
  });
}

/** The eighth line of postmaster.pid is the server's own word for its state (miscadmin.h, LOCK_FILE_LINE_PM_STATUS). */
async function waitUntilReady(pidFile: string, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + READY_LIMIT_MS;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    const lines = (await readIfThere(pidFile)).split('\n');
    if (lines[7]?.trim() === 'ready') return;
    await sleep(POLL_MS, undefined, { signal });
  }
  throw new Error(`Postgres did not become ready within ${READY_LIMIT_MS / 1000} s`);
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return '';
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return (await readIfThere(path)) !== '';
}
