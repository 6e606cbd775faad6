import { chmod, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The files of one node. Everything lives in one folder that only its owner can enter. */
export interface Home {
  dir: string;
  config: string;
  key: string;
  lock: string;
  status: string;
  journal: string;
  cache: string;
}

export function homeAt(dir: string): Home {
  return {
    dir,
    config: join(dir, 'config.json'),
    key: join(dir, 'node-key.json'),
    lock: join(dir, 'node.lock'),
    status: join(dir, 'status.json'),
    journal: join(dir, 'journal'),
    cache: join(dir, 'cache'),
  };
}

/** Makes the folder, and takes it from group and others if it was there with wider permissions. */
export async function createHome(home: Home): Promise<void> {
  await mkdir(home.dir, { recursive: true, mode: 0o700 });
  const { mode } = await stat(home.dir);
  if ((mode & 0o077) !== 0) await chmod(home.dir, 0o700);
}
