import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort, prepareCluster, startTethered } from '@watt/localnet';

export interface Postgres {
  url: string;
  stop(): Promise<void>;
}

/** A Postgres of our own under `dir`, on a free loopback port, as durable as it is by default: fsync and synchronous_commit on. */
export async function startPostgres(
  dir: string,
  options: { sharedBuffersMb?: number } = {},
): Promise<Postgres> {
  // The server runs as another user when we are root, and must be able to reach its files.
  await chmod(dir, 0o755);
  const parent = join(dir, 'postgres');
  await mkdir(parent);
  const port = await findFreePort();
  const cluster = await prepareCluster({
    parent,
    passwordFile: join(dir, 'postgres-password'),
    port,
    ...options,
  });
  const server = startTethered(cluster.command, { stopSignal: 'INT' });
  try {
    await cluster.waitUntilReady(server.ended);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { url: cluster.url, stop: server.stop };
}
