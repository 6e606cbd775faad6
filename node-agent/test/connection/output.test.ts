import { setTimeout as sleep } from 'node:timers/promises';
import { type Capabilities, LIMITS } from '@watt/shared';
import { expect, test } from 'vitest';
import type { Workers } from '../../src/jobs/workers.ts';
import type { CompletedExecution, ExecuteOutcome, OutputListener } from '../../src/sandbox/execute-task.ts';
import { eventually } from './eventually.ts';
import { ackOf, jobOf, type Peer, type ScriptedRouter, startScriptedRouter } from './scripted-router.ts';
import { startNode } from './start-node.ts';

const capabilities: Capabilities = {
  scrape: null,
  execute: { slots: 2, languages: ['python'], max_memory_mb: 512, runtime: 'runc' },
};
const request = { language: 'python', code: 'print(1)', timeout: 30, memory_mb: 256 };

interface Program {
  print: OutputListener | undefined;
  signal: AbortSignal;
  finish(outcome: ExecuteOutcome): void;
}

/** A node whose programs are in the test's hands. */
async function startProgrammed(router: ScriptedRouter) {
  const programs: Program[] = [];
  const execute: Workers['execute'] = (_, signal, print) =>
    new Promise((finish) => programs.push({ print, signal, finish }));
  const close = async () => {
    for (const { finish } of programs) {
      finish({ kind: 'failed', reason: 'closed', retryable: true, message: 'closed' });
    }
  };
  const running = await startNode(router, { workers: { capabilities, execute, close } });
  return { running, programs, [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() };
}

async function begin(peer: Peer, programs: Program[], stream?: boolean) {
  const [job, body] = jobOf({ service: 'execute', ...(stream !== undefined && { stream }) }, request);
  const before = programs.length;
  peer.send(job, body);
  await eventually(() => programs.length).toBe(before + 1);
  const program = programs[before];
  if (!program) throw new Error('no program began');
  return { job, program };
}

const done = (stdout: string): CompletedExecution => ({
  kind: 'completed',
  success: true,
  output: { stdout, stderr: '', exit_code: 0 },
  metadata: {
    language: 'python',
    execution_ms: 5,
    memory_used_mb: 9,
    memory_source: 'cgroup',
    cpu_ms: 1,
    image: 'sha256:1',
    runtime: 'runc',
    isolation: 'container',
    start: 'cold',
  },
  artifacts: { refs: null, files: [] },
});

test('output leaves while the program runs, and all of it before the result', async () => {
  await using router = await startScriptedRouter();
  await using node = await startProgrammed(router);
  const peer = await router.accept();
  const { job, program } = await begin(peer, node.programs, true);
  program.print?.('stdout', Buffer.from('first'));
  expect(await peer.next('output')).toMatchObject({
    attempt_id: job.attempt_id,
    stream: 'stdout',
    offset: 0,
    bytes: 5,
    body: 'first',
  });
  program.print?.('stdout', Buffer.from(' second'));
  program.print?.('stderr', Buffer.from('oops'));
  program.finish(done('first second'));
  expect(await peer.next('output')).toMatchObject({ offset: 5, body: ' second' });
  expect(await peer.next('output')).toMatchObject({ stream: 'stderr', offset: 0, body: 'oops' });
  expect(JSON.parse((await peer.next('result')).body ?? '')).toMatchObject({
    output: { stdout: 'first second' },
  });
  expect(peer.seen).toEqual(['output', 'output', 'output', 'result']);
  peer.send(ackOf(job.attempt_id));
  await eventually(() => node.running.node.status().unacknowledged).toBe(0);
});

test('a router that does not ask hears nothing but the result', async () => {
  await using router = await startScriptedRouter();
  await using node = await startProgrammed(router);
  const peer = await router.accept();
  const { program } = await begin(peer, node.programs);
  expect(program.print).toBeUndefined();
  program.finish(done('x'));
  await peer.next('result');
  expect(peer.seen).toEqual(['result']);
});

test('a router that does not acknowledge gets a few frames, then the size of what it missed, then the result', async () => {
  await using router = await startScriptedRouter();
  await using node = await startProgrammed(router);
  const peer = await router.accept();
  const { job, program } = await begin(peer, node.programs, true);
  const block = Buffer.alloc(LIMITS.outputFrameBytes, 'x');
  for (let at = 0; at < 16; at += 1) program.print?.('stdout', block);
  for (let at = 0; at < LIMITS.outputFramesInFlight; at += 1) await peer.next('output');
  program.print?.('stdout', block);
  await sleep(300);
  expect(peer.seen).toHaveLength(LIMITS.outputFramesInFlight);
  // Frames of another attempt make no room.
  peer.send({ type: 'output_ack', attempt_id: '00000000-0000-4000-8000-00000000ffff', frames: 8 });
  peer.send({ type: 'output_ack', attempt_id: job.attempt_id, frames: 1 });
  await eventually(() => peer.seen.length).toBe(LIMITS.outputFramesInFlight + 1);
  program.print?.('stdout', block);
  program.finish(done('x'));
  for (;;) {
    const frame = await peer.next('output');
    if (frame.bytes > 0) continue;
    expect(frame).toMatchObject({ offset: 18 * block.length, body: '' });
    break;
  }
  expect(await peer.next('result')).toMatchObject({ attempt_id: job.attempt_id });
  expect(peer.seen.length).toBeLessThanOrEqual(LIMITS.outputFramesInFlight + 4);
});

test('a cancelled job says no further word', async () => {
  await using router = await startScriptedRouter();
  await using node = await startProgrammed(router);
  const peer = await router.accept();
  const { job, program } = await begin(peer, node.programs, true);
  program.print?.('stdout', Buffer.from('a'));
  await peer.next('output');
  peer.send({ type: 'cancel', attempt_id: job.attempt_id, reason: 'nobody waits' });
  await eventually(() => program.signal.aborted).toBe(true);
  program.print?.('stdout', Buffer.from('b'));
  program.finish({ kind: 'failed', reason: 'cancelled', retryable: false, message: 'cancelled' });
  const { job: next, program: other } = await begin(peer, node.programs, true);
  other.finish(done(''));
  expect(await peer.next('result')).toMatchObject({ attempt_id: next.attempt_id });
  expect(peer.seen).toEqual(['output', 'result']);
});

test('output goes on in the next session, where the last one left off', async () => {
  await using router = await startScriptedRouter();
  await using node = await startProgrammed(router);
  const peer = await router.accept();
  const { job, program } = await begin(peer, node.programs, true);
  program.print?.('stdout', Buffer.from('before'));
  await peer.next('output');
  peer.socket.terminate();
  program.print?.('stdout', Buffer.from(' between'));
  const again = await router.accept([job.attempt_id]);
  program.print?.('stdout', Buffer.from(' after'));
  const heard: string[] = [];
  for (let text = ''; !text.includes('after'); ) {
    const frame = await again.next('output');
    text = frame.body ?? '';
    heard.push(text);
    again.send({ type: 'output_ack', attempt_id: job.attempt_id, frames: heard.length });
  }
  expect(heard.join('')).toBe(' between after');
});
