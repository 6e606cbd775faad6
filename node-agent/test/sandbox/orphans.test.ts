import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { docker, realImage, realSandbox } from './real-sandbox.ts';

const image = await realImage();
const { sandbox, complete } = realSandbox(image ?? '');
afterAll(() => sandbox.close());

test.skipIf(image === null)(
  'a node that dies takes its jobs with it, and the next one clears up',
  async () => {
    const jobId = `orphan-${randomBytes(4).toString('hex')}`;
    const ours = () => docker.list(`watt.job=${jobId}`);
    const node = startNode(jobId);
    const gone = new Promise((resolve) => node.once('exit', resolve));
    await until(async () => (await ours()).some((one) => one.running));
    await new Promise((resolve) => setTimeout(resolve, 500)); // until the program itself runs

    // While its node lives, nobody else's sweep touches it.
    await sandbox.sweep();
    expect((await ours()).map((one) => one.running)).toEqual([true]);

    node.kill('SIGKILL');
    await gone;
    // Long before its 300 seconds are over.
    await until(async () => (await ours()).every((one) => !one.running));
    expect(await ours()).toHaveLength(1);
    expect(await sandbox.sweep()).toBeGreaterThanOrEqual(1);
    expect(await ours()).toEqual([]);
    expect(await complete('bash', 'echo on')).toMatchObject({ output: { stdout: 'on\n' } });
  },
);

function startNode(jobId: string): ChildProcess {
  const source = (path: string) => JSON.stringify(new URL(`../../src/sandbox/${path}`, import.meta.url).href);
  const program = `
    import { createDockerEngine } from ${source('docker.ts')};
    import { createSandbox } from ${source('sandbox.ts')};
    const sandbox = createSandbox({ docker: createDockerEngine(), image: ${JSON.stringify(image)}, clock: Date, logger: console });
    const task = { job_id: ${JSON.stringify(jobId)}, language: 'bash', code: 'sleep 300', timeout: 300, memory_mb: 64 };
    await sandbox.execute(task, new AbortController().signal);
  `;
  const args = [
    '--import',
    import.meta.resolve('tsx'),
    '--conditions=source',
    '--input-type=module',
    '-e',
    program,
  ];
  return spawn(process.execPath, args, { stdio: 'inherit' });
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 100_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('it did not come to that within 100 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
