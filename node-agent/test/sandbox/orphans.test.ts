import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { docker, realImage, realSandbox } from './real-sandbox.ts';

const image = await realImage();
const { sandbox, complete } = realSandbox(image ?? '');
afterAll(() => sandbox.close());

/** What a node is at when it dies. */
const WORKS: Record<string, (jobId: string) => string> = {
  jobs: (jobId) => `
    const task = { job_id: '${jobId}', language: 'bash', code: 'sleep 300', timeout: 300, memory_mb: 64 };
    await sandbox.execute(task, new AbortController().signal);`,
  sessions: (jobId) => `
    const task = { job_id: '${jobId}', language: 'python', memory_mb: 64, minutes: 10 };
    const kernel = await sandbox.startKernel(task, new AbortController().signal);
    await kernel.call({ code: 'import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\\nwhile True: pass', timeout: 300 });`,
};

test.skipIf(image === null).each(Object.keys(WORKS))(
  'a node that dies takes its %s with it, and the next one clears up',
  async (works) => {
    const jobId = `orphan-${randomBytes(4).toString('hex')}`;
    const ours = () => docker.list(`watt.job=${jobId}`);
    const node = startNode(WORKS[works]?.(jobId) ?? '');
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

function startNode(work: string): ChildProcess {
  const source = (path: string) => JSON.stringify(new URL(`../../src/sandbox/${path}`, import.meta.url).href);
  const program = `
    import { createDockerEngine } from ${source('docker.ts')};
    import { createSandbox } from ${source('sandbox.ts')};
    const sandbox = createSandbox({ docker: createDockerEngine(), image: ${JSON.stringify(image)}, clock: Date, logger: console });
    ${work}
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
