import { readFile, rename, writeFile } from 'node:fs/promises';

/** Reads a JSON file; null when it is not there or was cut off half-way by a crash. */
export async function readJsonFile(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || isMissing(error)) return null;
    throw error;
  }
}

/** Replaces a JSON file in one step: a reader sees the old text or the new one, never half of it. */
export async function writeJsonFile(path: string, value: unknown, mode = 0o644): Promise<void> {
  const draft = `${path}.${process.pid}.new`;
  await writeFile(draft, `${JSON.stringify(value, null, 2)}\n`, { mode });
  await rename(draft, path);
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
