import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Home, homeAt } from '../../src/config/home.ts';
import { lockHolder, takeHomeLock } from '../../src/config/home-lock.ts';

let home: Home;
beforeEach(async () => {
  home = homeAt(await mkdtemp(join(tmpdir(), 'watt-lock-')));
});
afterEach(() => rm(home.dir, { recursive: true, force: true }));

test('a home is taken once, and free again after its release', async () => {
  const lock = await takeHomeLock(home);
  if ('heldBy' in lock) throw new Error('the lock was free');
  expect(await takeHomeLock(home)).toMatchObject({ heldBy: { pid: process.pid } });
  await lock.release();
  expect(await lockHolder(home)).toBeNull();
  expect(await readdir(home.dir)).toEqual([]);
});

test.each([
  ['a process that is gone', () => JSON.stringify({ pid: spawnSync('true').pid, mark: null })],
  ['an earlier process that had our id', () => JSON.stringify({ pid: process.pid, mark: '1' })],
  ['nobody, because it is damaged', () => '{'],
])('the lock of %s does not count', async (_, content) => {
  await writeFile(home.lock, content());
  expect(await takeHomeLock(home)).toHaveProperty('release');
  expect(await lockHolder(home)).toMatchObject({ pid: process.pid });
});
