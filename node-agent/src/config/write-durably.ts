import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a whole file so that after a crash at any moment there is the old content or the new one, and once the promise
 * resolves, the new one: temporary file beside it, fsync, rename, fsync of the folder.
 */
export async function writeDurably(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/** Makes renames and removals in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
