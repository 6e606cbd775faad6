import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeChromiumFolder, sweepChromium } from '../../src/scrape/sweep-chromium.ts';

test('what a killed node left goes, and nothing of anybody else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'watt-sweep-'));
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const mine = process.getuid?.() ?? -1;
  try {
    const alive = await makeChromiumFolder(folder);
    const left = await makeChromiumFolder(folder, dead);
    await writeFile(join(left, 'file'), 'x');
    await mkdir(join(folder, 'target'));
    await writeFile(join(folder, 'target', 'kept'), 'x');
    await symlink(join(folder, 'target'), join(folder, `watt-chromium-${dead}-link`));
    await mkdir(join(folder, 'watt-chromium-nobody'));
    expect(await sweepChromium([mine + 1], folder)).toBe(0);
    expect(await sweepChromium([mine], folder)).toBe(1);
    const names = await readdir(folder);
    expect(names).not.toContain(left.slice(folder.length + 1));
    expect(names).toEqual(expect.arrayContaining([alive.slice(folder.length + 1), 'watt-chromium-nobody']));
    expect(await readdir(join(folder, 'target'))).toEqual(['kept']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
