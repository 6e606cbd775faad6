import { chmod, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Where everything of one local network lives. Deleting the folder starts a new network with a new chain. */
export interface StateDir {
  root: string;
  keys: string;
  logs: string;
  nodes: string;
  story: string;
  /** The parent of Postgres' data directory, open to the user that Postgres runs as. */
  postgres: string;
  chainSnapshot: string;
  lock: string;
  processes: string;
  network: string;
}

export async function openStateDir(path: string): Promise<StateDir> {
  const root = resolve(path);
  const state: StateDir = {
    root,
    keys: join(root, 'keys'),
    logs: join(root, 'logs'),
    nodes: join(root, 'nodes'),
    story: join(root, 'story'),
    postgres: join(root, 'postgres'),
    chainSnapshot: join(root, 'chain', 'snapshot.bin'),
    lock: join(root, 'lock.json'),
    processes: join(root, 'processes.json'),
    network: join(root, 'network.json'),
  };
  for (const dir of [state.logs, state.story, state.postgres, join(root, 'chain')]) {
    await mkdir(dir, { recursive: true });
  }
  // Keys are for the one who started the network only, whatever the umask says.
  for (const dir of [state.keys, state.nodes]) {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await chmod(dir, 0o700);
  }
  return state;
}
