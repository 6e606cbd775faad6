import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSigningKey } from '@watt/shared';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadOrCreateKey } from '../../src/config/key-file.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'watt-key-file-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it('makes a key at first start that only its owner can read, and reads the same one after that', async () => {
  const path = join(dir, 'new', 'router.json');
  const made = await loadOrCreateKey(path);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual([...made.secret]);
  expect((await loadOrCreateKey(path)).publicKey).toBe(made.publicKey);
});

it.each([0o640, 0o604, 0o644])('refuses a file of mode %o and says what to do', async (mode) => {
  const path = join(dir, `open-${mode}.json`);
  await writeFile(path, JSON.stringify([...createSigningKey().secret]));
  await chmod(path, mode);
  await expect(loadOrCreateKey(path)).rejects.toMatchObject({
    name: 'ConfigError',
    faults: [`${path} can be read by others: run chmod 600 ${path}`],
  });
});

it('refuses a file that holds no key, and leaves it as it is', async () => {
  const path = join(dir, 'broken.json');
  await writeFile(path, '[1,2,3', { mode: 0o600 });
  await expect(loadOrCreateKey(path)).rejects.toThrow('does not hold a 64-byte secret key');
  expect(await readFile(path, 'utf8')).toBe('[1,2,3');
});

it('refuses a path that cannot be read', async () => {
  const file = join(dir, 'file');
  await writeFile(file, '');
  await expect(loadOrCreateKey(join(file, 'below'))).rejects.toMatchObject({ name: 'ConfigError' });
});
