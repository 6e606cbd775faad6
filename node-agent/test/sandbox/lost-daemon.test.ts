import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { ContainerEngine } from '../../src/sandbox/container-engine.ts';
import { OWNER_LABEL } from '../../src/sandbox/container-spec.ts';
import { canHaveOwnDockerd, startOwnDockerd } from './own-dockerd.ts';
import { realImage, realSandbox } from './real-sandbox.ts';

const image = await realImage();
const POOL = {
  budgetMb: 512,
  tiersMb: [128],
  base: [{ language: 'python' as const, memoryMb: 128 }],
  maxEach: 2,
  maxIdleMs: 600_000,
};

test.skipIf(image === null || !canHaveOwnDockerd)(
  'a daemon that is killed in mid-job fails the job for another node, and work goes on once it is back',
  async () => {
    await using dockerd = await startOwnDockerd(image ?? '');
    const { sandbox, run } = realSandbox(image ?? '', { docker: dockerd.engine, pool: POOL });
    try {
      await sandbox.warmUp();
      expect(await run('python', 'print(1)')).toMatchObject({ kind: 'completed', success: true });

      const lost = [
        run('bash', 'echo begun; sleep 60', { timeout: 60, job_id: 'lost-shell' }),
        run('python', 'import time; time.sleep(60)', { timeout: 60, job_id: 'lost-python' }),
      ];
      await untilRunning(dockerd.engine, lost.length);
      await dockerd.kill();
      for (const outcome of await Promise.all(lost)) {
        expect(outcome).toMatchObject({ kind: 'failed', retryable: true });
      }
      expect(await run('bash', 'echo nobody')).toMatchObject({
        kind: 'failed',
        reason: 'engine_unreachable',
        retryable: true,
      });

      await dockerd.start();
      // The containers that waited are dead now; each job must find that out without failing.
      for (const language of ['python', 'bash', 'python'] as const) {
        const code = language === 'bash' ? 'echo back' : 'print("back")';
        expect(await run(language, code)).toMatchObject({ kind: 'completed', output: { stdout: 'back\n' } });
      }
    } finally {
      await sandbox.close();
    }
    // One that the daemon had just made when it died was never started, and might be another node's for a minute.
    const leftAfterSweep = async () => {
      await sandbox.sweep();
      return dockerd.engine.list(OWNER_LABEL);
    };
    await expect.poll(leftAfterSweep).toEqual([]);
  },
);

/** Until so many containers have run for a moment, so that their programs run too. */
async function untilRunning(engine: ContainerEngine, count: number): Promise<void> {
  const deadline = Date.now() + 100_000;
  while ((await engine.list(OWNER_LABEL)).filter(({ running }) => running).length < count) {
    if (Date.now() > deadline) throw new Error('the jobs did not begin within 100 s');
    await sleep(20);
  }
  await sleep(1000);
}
