import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDockerEngine } from '../../src/sandbox/docker.ts';
import { ensureSandboxImage } from '../../src/setup/ensure-sandbox-image.ts';
import { type ImageRecipe, type NodeArch, readImageRecipe } from '../../src/setup/image-recipe.ts';
import { prepareMachine } from '../../src/setup/prepare-machine.ts';

const docker = createDockerEngine();
let cacheDir: string;

beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'watt-setup-'));
});
afterAll(async () => {
  await rm(cacheDir, { recursive: true, force: true });
});

test('everything a node needs is found or installed, and found the second time', async () => {
  const lines: string[] = [];
  const report = (line: string) => lines.push(line);
  const want = { scrapeJavascript: true, execute: true };
  const options = { docker, allowInstall: true, allowStart: true, cacheDir, report, want };

  const first = await prepareMachine(options);
  for (const [name, step] of Object.entries(first)) {
    expect(step?.state, `${name}: ${JSON.stringify(step)}\n${lines.join('\n')}`).toMatch(
      /^(found|installed)$/,
    );
  }

  lines.length = 0;
  const second = await prepareMachine(options);
  expect(Object.values(second).map((step) => step?.state)).toEqual(['found', 'found', 'found']);
  expect(lines).toEqual([]);
});

test('a build that is killed half-way leaves nothing that the next one stumbles over', async () => {
  const name = `watt-sandbox-test:${randomBytes(6).toString('hex')}`;
  const renamed = (arch: NodeArch): ImageRecipe => ({ ...readImageRecipe(arch), name });
  const options = { allowInstall: true, allowStart: false, cacheDir, report: () => {} };
  try {
    const builder = startBuilder(name, cacheDir);
    const gone = new Promise((resolve) => builder.once('exit', resolve));
    await until(async () => (await filesBelow(cacheDir)).some((file) => file.startsWith('mmdebstrap.')));
    builder.kill('SIGKILL');
    await gone;
    expect(await docker.findImage(name)).toBeNull();

    const built = await ensureSandboxImage(docker, options, renamed);
    expect(built).toMatchObject({ state: 'installed', value: { name } });
    expect(await filesBelow(cacheDir)).toEqual([]);
    expect((await ensureSandboxImage(docker, options, renamed)).state).toBe('found');
  } finally {
    await docker.removeImage(name);
  }
});

test('a daemon that does not answer is a result with a command to run, not an exception', async () => {
  const nowhere = createDockerEngine({ socketPath: join(cacheDir, 'no-docker.sock') });
  const options = { allowInstall: false, allowStart: false, cacheDir, report: () => {} };
  const done = await prepareMachine({
    ...options,
    docker: nowhere,
    want: { scrapeJavascript: false, execute: true },
  });
  expect(done.docker).toMatchObject({ state: 'unavailable', fix: expect.stringContaining('dockerd') });
  expect(done.sandboxImage).toMatchObject({ state: 'unavailable' });
  expect(done.chromium).toBeNull();
});

/** A process of its own that builds the image, so that it can be killed as a machine's power would. */
function startBuilder(name: string, folder: string): ChildProcess {
  const source = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);
  const program = `
    import { createDockerEngine } from ${source('sandbox/docker.ts')};
    import { ensureSandboxImage } from ${source('setup/ensure-sandbox-image.ts')};
    import { readImageRecipe } from ${source('setup/image-recipe.ts')};
    const options = { allowInstall: true, allowStart: false, cacheDir: ${JSON.stringify(folder)}, report: () => {} };
    await ensureSandboxImage(createDockerEngine(), options, (arch) => ({ ...readImageRecipe(arch), name: ${JSON.stringify(name)} }));
  `;
  return spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', program],
    { stdio: 'ignore' },
  );
}

async function filesBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { withFileTypes: true });
  const inside = found.filter((entry) => entry.isDirectory() && entry.name.startsWith('image-build-'));
  const lists = await Promise.all(inside.map((entry) => readdir(join(folder, entry.name)).catch(() => [])));
  return lists.flat();
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 100_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
