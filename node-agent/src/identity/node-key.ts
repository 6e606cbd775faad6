import { open, readFile, stat } from 'node:fs/promises';
import { parseJson, type SigningKey, signingKeyFromSecret } from '@watt/shared';
import { CliError } from '../cli/cli-error.ts';

/** Writes a new key file, mode 0600, in Solana's form: a JSON array of 64 bytes. Refuses to touch a file that is there. */
export async function writeNodeKey(path: string, key: SigningKey): Promise<void> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new CliError(`${path} exists already`, {
      fix: 'The key is the node’s identity and is never overwritten.',
      cause: error,
    });
  }
  try {
    await file.writeFile(JSON.stringify([...key.secret]));
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Reads a key file; null when there is none. Throws a CliError when others could read it as well, or when it is not a key: a key
 * that was open to others may be known to them.
 */
export async function readKeyFile(path: string): Promise<SigningKey | null> {
  let text: string;
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) {
      throw new CliError(`${path} can be read by others (mode ${(mode & 0o777).toString(8)})`, {
        fix: `chmod 600 ${path}`,
      });
    }
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const bytes = parseJson(text);
  try {
    if (!Array.isArray(bytes)) throw new TypeError('not an array');
    return signingKeyFromSecret(Uint8Array.from(bytes as number[]));
  } catch (cause) {
    throw new CliError(`${path} is not a key file`, { fix: 'Restore it from your backup.', cause });
  }
}
