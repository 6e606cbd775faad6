import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { prepareCluster } from '../src/postgres/cluster.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A Postgres server for the tests of one run; its user may create databases. */
    postgresUrl: string;
  }
}

/** Vitest's global set-up: one real Postgres for all test files of a run, which each make a database of their own in it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const parent = await mkdtemp(join(tmpdir(), 'watt-test-postgres-'));
  await chmod(parent, 0o755);
  const port = await freePort();
  const cluster = await prepareCluster({ parent, passwordFile: join(parent, 'password'), port });
  const [command = '', ...args] = cluster.command;
  // Durability costs time and proves nothing here: no test pulls the plug of the machine.
  const server = spawn(command, [...args, '-c', 'fsync=off', '-c', 'max_connections=300'], {
    stdio: 'ignore',
  });
  const ended = new AbortController();
  server.once('exit', () => ended.abort(new Error('Postgres ended')));
  await cluster.waitUntilReady(ended.signal);
  project.provide('postgresUrl', cluster.url);
  return async () => {
    await stop(server);
    await rm(parent, { recursive: true, force: true });
  };
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  // SIGINT is Postgres's fast shutdown: connections are cut.
  server.kill('SIGINT');
  await once(server, 'exit');
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
