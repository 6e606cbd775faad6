import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startTethered, TETHER } from '../src/supervisor/tethered-process.ts';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a program that ends by itself says so, with its words', async () => {
  const { ended } = startTethered(['sh', '-c', 'echo no such port; exit 3']);
  if (!ended.aborted) await once(ended, 'abort');
  expect(String(ended.reason)).toBe('Error: sh ended with 3: no such port');
});

test('a program that is stopped ends in silence', async () => {
  const { ended, stop } = startTethered(['sleep', '300']);
  await sleep(50);
  const begun = performance.now();
  await stop();
  // It was asked to end: killed it would be only after ten seconds.
  expect(performance.now() - begun).toBeLessThan(10_000);
  expect(ended.aborted).toBe(false);
});

test('a program dies with its owner, even by SIGKILL', async () => {
  // Killing the process that holds the pipe is what a kill -9 of a measurement does.
  const owner = spawn(process.execPath, ['-e', OWNER, TETHER], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(owner.stdout, 'data');
  const pid = Number(String(line));
  expect(isAlive(pid)).toBe(true);
  owner.kill('SIGKILL');
  await expect.poll(() => isAlive(pid)).toBe(false);
});

const OWNER = `
const { spawn } = require('node:child_process');
const program = 'echo $$; exec sleep 300';
const child = spawn('sh', ['-c', process.argv[1], 'sh', 'TERM', 'sh', '-c', program], { stdio: ['pipe', 'inherit', 'inherit'] });
setInterval(() => {}, 1000);
`;
