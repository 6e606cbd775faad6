import { readFile, rename, writeFile } from 'node:fs/promises';
import { parseJson } from '@watt/shared';
import type { NodeStatus } from './node-status.ts';

/** Null when no node ever ran here, or when the file is not one of ours. */
export async function readStatus(path: string): Promise<NodeStatus | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const status = parseJson(text) as NodeStatus | null | undefined;
  return status?.version === 1 ? status : null;
}

/** Replaces the file in one step. Not made durable: it is written often, and the router has the truth. */
export async function writeStatus(path: string, status: NodeStatus): Promise<void> {
  const temporary = `${path}.tmp`;
  await writeFile(temporary, `${JSON.stringify(status, null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, path);
}
