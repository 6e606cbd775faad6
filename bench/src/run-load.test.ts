import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { runLoad } from './run-load.ts';

const never = new AbortController().signal;

test('as many calls as asked for are under way, and every one is counted', async () => {
  let running = 0;
  let most = 0;
  let calls = 0;
  const result = await runLoad({
    concurrency: 8,
    ms: 60,
    signal: never,
    async call() {
      running += 1;
      most = Math.max(most, running);
      await sleep(5);
      running -= 1;
      calls += 1;
    },
  });
  expect(most).toBe(8);
  expect(running).toBe(0);
  expect(result.calls).toBe(calls);
  expect(result.p50Ms).toBeGreaterThan(3);
  expect(result.p99Ms).toBeGreaterThanOrEqual(result.p50Ms);
});

test('one failed call fails the run, once all others have ended', async () => {
  let open = 0;
  let calls = 0;
  const run = runLoad({
    concurrency: 4,
    ms: 1_000,
    signal: never,
    async call() {
      calls += 1;
      if (calls === 6) throw new Error('402');
      open += 1;
      await sleep(10);
      open -= 1;
    },
  });
  await expect(run).rejects.toThrow('402');
  expect(open).toBe(0);
});

test('an abort ends the run', async () => {
  const signal = AbortSignal.timeout(30);
  await expect(runLoad({ concurrency: 2, ms: 60_000, signal, call: () => sleep(5) })).rejects.toThrow();
});
