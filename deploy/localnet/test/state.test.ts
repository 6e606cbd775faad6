import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { takeLock } from '../src/state/lock.ts';
import { identifyProcess } from '../src/state/process-identity.ts';
import { endLeftovers, openProcessList } from '../src/state/process-list.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'watt-state-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test('a lock is held once, and free again after its release', async () => {
  const path = join(dir, 'held');
  const first = await takeLock(path);
  expect(await takeLock(path)).toEqual({ held: false, by: process.pid });
  if (first.held) await first.release();
  expect((await takeLock(path)).held).toBe(true);
});

test.each([
  ['of a process that is gone', JSON.stringify({ pid: 2 ** 22 - 1, startedAt: 'x' })],
  ['of an earlier process with this id', JSON.stringify({ pid: process.pid, startedAt: 'another boot:1' })],
  ['that was cut off half-way', '{"pid": 12'],
])('a lock %s is taken over', async (_, text) => {
  const path = join(dir, 'stale');
  await writeFile(path, text);
  const lock = await takeLock(path);
  expect(lock.held).toBe(true);
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(await identifyProcess(process.pid));
});

test('leftovers are ended, strangers with the same id are not', async () => {
  const path = join(dir, 'processes.json');
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  const stranger = spawn('sleep', ['600'], { stdio: 'ignore' });
  try {
    await openProcessList(path).add('sleeper', child.pid ?? 0);
    const entries = JSON.parse(await readFile(path, 'utf8')) as unknown[];
    await writeFile(
      path,
      JSON.stringify([...entries, { name: 'stranger', pid: stranger.pid, startedAt: 'earlier' }]),
    );
    const gone = once(child, 'exit');
    expect(await endLeftovers(path)).toEqual(['sleeper']);
    await gone;
    expect(stranger.exitCode).toBeNull();
    expect(await identifyProcess(stranger.pid ?? 0)).not.toBeNull();
  } finally {
    child.kill('SIGKILL');
    stranger.kill('SIGKILL');
  }
});
