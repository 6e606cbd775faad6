import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aptInstall } from '../../src/setup/apt-install.ts';
import { withFileLock } from '../../src/setup/file-lock.ts';
import { freeDiskMb } from '../../src/setup/free-disk.ts';
import { readImageRecipe, toNodeArch } from '../../src/setup/image-recipe.ts';
import { runCommand } from '../../src/setup/run-command.ts';
import { isStalePidFile } from '../../src/setup/start-dockerd.ts';

const GONE_PID = 4_194_304; // above the largest pid that Linux gives out
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watt-steps-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('runCommand', () => {
  test('gives exit code, output, and what was said of trouble', async () => {
    const result = await runCommand(['sh', '-c', 'cat; echo oops >&2; exit 3'], {
      limitMs: 5000,
      input: 'in\n',
    });
    expect(result).toEqual({ ok: false, code: 3, stdout: 'in', trouble: 'oops' });
  });
  test('ends a program and its children at the limit', async () => {
    const result = await runCommand(['sh', '-c', 'sleep 999 & sleep 999'], { limitMs: 200 });
    expect(result.ok).toBe(false);
    expect(result.trouble).toContain('ended after 200 ms');
  });
  test('a program that does not exist is a result', async () => {
    const result = await runCommand(['no-such-program-here'], { limitMs: 5000 });
    expect(result).toMatchObject({ ok: false, code: null, trouble: expect.stringContaining('ENOENT') });
  });
});

describe('isStalePidFile', () => {
  const pidFile = async (pid: number | string) => {
    const file = join(folder, 'docker.pid');
    await writeFile(file, `${pid}\n`);
    return file;
  };
  test('a process that is gone', async () => {
    expect(isStalePidFile(await pidFile(GONE_PID), 'dockerd')).toBe(true);
  });
  test('another program that was given the number', async () => {
    expect(isStalePidFile(await pidFile(process.pid), 'dockerd')).toBe(true);
  });
  test('the daemon itself, with or without a path', async () => {
    await mkdir(join(folder, '77'));
    await writeFile(join(folder, '77/cmdline'), '/usr/sbin/dockerd\0--log-level=warn\0');
    expect(isStalePidFile(await pidFile(77), 'dockerd', folder)).toBe(false);
  });
  test('no file', () => {
    expect(isStalePidFile(join(folder, 'none'), 'dockerd')).toBe(false);
  });
});

describe('withFileLock', () => {
  test('one at a time, and the next after it', async () => {
    const file = join(folder, 'lock');
    const order: string[] = [];
    const first = withFileLock(file, 5000, async () => {
      order.push('first');
      expect(await withFileLock(file, 100, async () => 'second')).toBeNull();
      order.push('first ends');
    });
    await first;
    expect(await withFileLock(file, 100, async () => 'third')).toBe('third');
    expect(order).toEqual(['first', 'first ends']);
  });
  test('the lock of a dead process does not hold', async () => {
    const file = join(folder, 'dead.lock');
    await writeFile(file, String(GONE_PID));
    expect(await withFileLock(file, 5000, async () => 'done')).toBe('done');
  });
});

test('free space is that of the nearest folder that exists', async () => {
  expect(await freeDiskMb(join(folder, 'not/yet/made'))).toBeGreaterThan(0);
});

test('without leave to install, the command to run is what comes back', async () => {
  const refused = await aptInstall(['cowsay'], { allowInstall: false, report: () => {} });
  expect(refused).toMatchObject({
    state: 'unavailable',
    fix: expect.stringContaining('apt-get install -y cowsay'),
  });
});

test('the image is named after its recipe, one for each architecture', () => {
  const x64 = readImageRecipe('x64');
  expect(x64.name).toMatch(/^watt-sandbox:1-[0-9a-f]{12}$/);
  expect(readImageRecipe('x64').name).toBe(x64.name);
  expect(readImageRecipe('arm64').name).not.toBe(x64.name);
  expect(x64.packages).toContain('python3');
  expect(['linux/x86_64', 'linux/aarch64', 'linux/armv7l'].map(toNodeArch)).toEqual(['x64', 'arm64', null]);
});
