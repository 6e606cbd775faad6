import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeChromiumFolder, noteProfile, sweepChromium } from '../../src/scrape/sweep-chromium.ts';

const dead = spawnSync(process.execPath, ['-e', '']).pid;
const uid = process.getuid?.() ?? -1;
const ours = { nodeUid: uid, chromiumUid: uid };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watt-sweep-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function makeFolder(name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  await writeFile(join(path, 'file'), 'x');
  return path;
}

test('what a killed node left goes, and nothing of anybody else', async () => {
  const alive = await makeChromiumFolder(folder);
  const left = await makeChromiumFolder(folder, dead);
  await writeFile(join(left.home, 'file'), 'x');
  await symlink(await makeFolder('target'), join(folder, `watt-chromium-${dead}-link`));
  await makeFolder('watt-chromium-nobody');
  expect(await sweepChromium({ nodeUid: uid + 1, chromiumUid: uid + 1 }, folder)).toBe(0);
  expect(await sweepChromium(ours, folder)).toBe(1);
  expect((await readdir(folder)).sort()).toEqual(
    [basename(alive.path), 'target', `watt-chromium-${dead}-link`, 'watt-chromium-nobody'].sort(),
  );
  expect(await readdir(join(folder, 'target'))).toEqual(['file']);
});

const PROFILE = 'playwright_chromiumdev_profile-';

test("Playwright's profile of a killed node goes with it, and nothing else that may be noted", async () => {
  for (const noted of [`${PROFILE}left`, 'target', `${PROFILE}deep/inner`]) {
    await mkdir(join(folder, noted), { recursive: true });
    await noteProfile(await makeChromiumFolder(folder, dead), join(folder, noted));
  }
  const alive = await makeChromiumFolder(folder);
  await noteProfile(alive, await makeFolder(`${PROFILE}alive`));
  await makeFolder(`${PROFILE}unknown`);
  expect(await sweepChromium(ours, folder)).toBe(3);
  const kept = ['target', basename(alive.path), ...['alive', 'deep', 'unknown'].map((end) => PROFILE + end)];
  expect((await readdir(folder)).sort()).toEqual(kept.sort());
});

test('what the user that Chromium runs as has noted is not believed', async () => {
  await noteProfile(await makeChromiumFolder(folder, dead), await makeFolder(`${PROFILE}other`));
  expect(await sweepChromium({ nodeUid: uid + 1, chromiumUid: uid }, folder)).toBe(1);
  expect(await readdir(folder)).toEqual([`${PROFILE}other`]);
});
