import type { Capabilities } from '@watt/shared';
import { afterAll, describe, expect, test } from 'vitest';
import { eventually } from '../connection/eventually.ts';
import { jobOf, startScriptedRouter } from '../connection/scripted-router.ts';
import { startNode } from '../connection/start-node.ts';
import { docker, realImage, realSandbox } from './real-sandbox.ts';

const image = await realImage();
const capabilities: Capabilities = {
  scrape: null,
  execute: { slots: 2, languages: ['python', 'bash'], max_memory_mb: 512, runtime: 'runc' },
};

describe.skipIf(image === null)('the output of real programs, as it comes', () => {
  const { sandbox, run } = realSandbox(image ?? '');
  afterAll(() => sandbox.close());

  test('is heard while the program runs, and is in the end what the result says', async () => {
    const heard = { stdout: '', stderr: '' };
    let isOver = false;
    const begun = new Promise<void>((resolve) => {
      const task = { job_id: 'heard', language: 'bash' as const, timeout: 20, memory_mb: 64 };
      const code =
        'echo begun; until [ -e /tmp/never ]; do sleep 0.1; [ $((n++)) -gt 10 ] && break; done; echo ended; echo bad >&2';
      void sandbox
        .execute({ ...task, code }, new AbortController().signal, (stream, bytes) => {
          heard[stream] += Buffer.from(bytes).toString('latin1');
          if (heard.stdout === 'begun\n') {
            expect(isOver).toBe(false);
            resolve();
          }
        })
        .then((outcome) => {
          isOver = true;
          expect(outcome).toMatchObject({ output: heard });
        });
    });
    await begun;
    expect(isOver).toBe(false);
    await eventually(() => isOver).toBe(true);
    expect(heard).toEqual({ stdout: 'begun\nended\n', stderr: 'bad\n' });
  });

  test('a flood fills nobody’s memory and is whole in none but the result', async () => {
    let bytesHeard = 0;
    let end = 0;
    const task = { job_id: 'flood', language: 'bash' as const, timeout: 20, memory_mb: 64 };
    const outcome = await sandbox.execute(
      { ...task, code: 'head -c 20M /dev/zero | tr "\\0" x' },
      new AbortController().signal,
      (stream, bytes, offset = 0) => {
        bytesHeard += bytes.length;
        if (stream === 'stdout') end = Math.max(bytesHeard, offset);
      },
    );
    expect(outcome).toMatchObject({ kind: 'completed', output: { stdout_truncated: true } });
    expect(bytesHeard).toBeLessThanOrEqual(1024 * 1024);
    expect(end).toBe(20 * 1024 * 1024);
  });

  test('a cancel of the router ends the program', async () => {
    await using router = await startScriptedRouter();
    await using node = await startNode(router, {
      workers: { capabilities, execute: sandbox.execute, close: async () => undefined },
    });
    const peer = await router.accept();
    for (const code of [
      'echo begun; while :; do :; done',
      'trap "" TERM INT; echo begun; while :; do sleep 1; done',
    ]) {
      const [job, body] = jobOf(
        { service: 'execute', stream: true },
        { language: 'bash', code, timeout: 60, memory_mb: 64 },
      );
      peer.send(job, body);
      expect(await peer.next('output')).toMatchObject({ body: 'begun\n' });
      peer.send({ type: 'cancel', attempt_id: job.attempt_id, reason: 'nobody waits' });
      await eventually(() => node.node.status().running.length).toBe(0);
      await eventually(async () =>
        (await docker.list(`watt.job=${job.job_id}`)).filter(({ running }) => running),
      ).toEqual([]);
    }
    expect(peer.seen).not.toContain('result');
    expect(await run('bash', 'echo next')).toMatchObject({ kind: 'completed' });
  });
});
