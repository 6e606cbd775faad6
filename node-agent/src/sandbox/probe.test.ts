import { expect, test } from 'vitest';
import { type ContainerEngine, EngineError, type EngineInfo } from './container-engine.ts';
import type { CompletedExecution, ExecuteOutcome, ExecuteTask } from './execute-task.ts';
import { LIMIT_NAMES } from './limit-proof.ts';
import { probeSandbox } from './probe.ts';
import { DEFAULT_SANDBOX_LIMITS } from './sandbox-limits.ts';

const INFO: EngineInfo = {
  version: '28.0.0',
  apiVersion: '1.48',
  rootDir: '/var/lib/docker',
  platform: 'linux/x86_64',
  kernel: '6.1.0',
  cpus: 2,
  memoryMb: 4000,
  cgroupVersion: '2',
  runtimes: ['runc'],
  defaultRuntime: 'runc',
  enforces: { memory: true, swap: true, pids: true, cpu: true, seccomp: true },
};

function engineWith(info: Partial<EngineInfo> | EngineError, imageId: string | null = 'sha256:1') {
  return {
    info: async () => {
      if (info instanceof EngineError) throw info;
      return { ...INFO, ...info };
    },
    findImage: async () => imageId,
  } as Partial<ContainerEngine> as ContainerEngine;
}

const programmed = LIMIT_NAMES.filter((name) => name !== 'memory' && name !== 'time');

/** A machine on which everything is as it should be, but for what a test changes in the answer to one probe job. */
function executeWith(change: Record<string, Partial<CompletedExecution> | ExecuteOutcome> = {}) {
  return async (task: ExecuteTask): Promise<ExecuteOutcome> => {
    const stdout: Record<string, string> = {
      'probe-versions': 'python\tPython 3.11.2\nbash\tGNU bash, version 5.2.15(1)\n',
      'probe-limits': programmed.map((name) => `${name}\tyes\tmeasured\n`).join(''),
    };
    const answer: CompletedExecution = {
      kind: 'completed',
      success: true,
      output: { stdout: stdout[task.job_id] ?? '', stderr: '', exit_code: 0 },
      metadata: {
        language: task.language,
        execution_ms: 301,
        memory_used_mb: 64,
        memory_source: 'cgroup',
        cpu_ms: 1,
        image: 'sha256:1',
        runtime: 'runc',
        isolation: 'container',
        start: 'cold',
        ...(task.job_id === 'probe-memory' && { oom: true }),
      },
      artifacts: { refs: null, files: [] },
      ...(task.job_id === 'probe-time' && { success: false, code: 'EXECUTION_TIMEOUT' }),
    };
    return { ...answer, ...change[task.job_id] } as ExecuteOutcome;
  };
}

function probe(engine: ContainerEngine, execute = executeWith()) {
  return probeSandbox({ engine, image: 'image', limits: DEFAULT_SANDBOX_LIMITS, execute });
}

test('a sound machine may work', async () => {
  const found = await probe(engineWith({}));
  expect(found).toMatchObject({ available: true, problems: [], runtime: 'runc' });
  expect(found.languages).toEqual([
    { language: 'python', version: '3.11.2' },
    { language: 'bash', version: '5.2.15' },
  ]);
});

test('a stock Raspberry Pi is told what to write into cmdline.txt', async () => {
  const pi = engineWith({ enforces: { ...INFO.enforces, memory: false } });
  const ignored = { 'probe-memory': { metadata: { execution_ms: 90, memory_used_mb: 0 } as never } };
  const found = await probe(pi, executeWith(ignored));
  expect(found.available).toBe(false);
  expect(found.problems.map(({ what }) => what)).toEqual([
    'Docker cannot limit memory here',
    'a probe job was not held by its memory limit: 256 MB asked of 64 MB: 0 MB taken and not killed',
  ]);
  for (const { fix } of found.problems) {
    expect(fix).toContain('cgroup_enable=memory cgroup_memory=1');
    expect(fix).toContain('cmdline.txt');
  }
});

test.each([
  ['not ended at all', { success: true, code: undefined }],
  ['ended far too late', { code: 'EXECUTION_TIMEOUT', metadata: { execution_ms: 9_000 } as never }],
] as const)('a loop that was %s', async (_, change) => {
  const found = await probe(
    engineWith({}),
    executeWith({ 'probe-time': change as Partial<CompletedExecution> }),
  );
  expect(found.problems).toEqual([
    { what: expect.stringContaining('its time limit'), fix: expect.stringContaining('Docker daemon') },
  ]);
});

test.each(programmed)('a host where %s is not held', async (name) => {
  const stdout = programmed.map((one) => `${one}\t${one === name ? 'no' : 'yes'}\tseen\n`).join('');
  const output = { stdout, stderr: '', exit_code: 0 };
  const found = await probe(engineWith({}), executeWith({ 'probe-limits': { output } }));
  expect(found.available).toBe(false);
  expect(found.proofs.filter(({ held }) => !held).map((proof) => proof.name)).toEqual([name]);
  expect(found.problems).toHaveLength(1);
});

test('silence of the program proves nothing', async () => {
  const output = { stdout: 'network\tyes\tseen\nfoo\tyes\tseen\ndisk', stderr: '', exit_code: 137 };
  const found = await probe(engineWith({}), executeWith({ 'probe-limits': { output } }));
  expect(found.proofs.filter(({ held }) => held).map(({ name }) => name)).toEqual([
    'memory',
    'time',
    'network',
  ]);
});

test('a job that could not be run proves nothing', async () => {
  const lost: ExecuteOutcome = { kind: 'failed', reason: 'container_lost', retryable: true, message: 'lost' };
  const found = await probe(engineWith({}), executeWith({ 'probe-memory': lost }));
  expect(found.available).toBe(false);
  expect(found.problems.map(({ what }) => what)).toContain('lost');
});

test('calls that reach the kernel of the container’s own machine are not asked about', async () => {
  const stdout = programmed
    .map((one) => `${one}\t${one === 'kernelSurface' ? 'no' : 'yes'}\tseen\n`)
    .join('');
  const execute = executeWith({ 'probe-limits': { output: { stdout, stderr: '', exit_code: 0 } } });
  expect(await probe(engineWith({ runtimes: ['runc', 'kata'] }), execute)).toMatchObject({ available: true });
  expect(await probe(engineWith({}), execute)).toMatchObject({ available: false });
});

test.each([
  ['swap-less cgroups are fine', { swap: false }, []],
  ['no pids cgroup', { pids: false }, ['Docker cannot limit processes here']],
  ['no CPU quota', { cpu: false }, ['Docker cannot limit CPU here']],
  ['no seccomp', { seccomp: false }, ['Docker has no seccomp here']],
])('%s', async (_, enforces, problems) => {
  const found = await probe(engineWith({ enforces: { ...INFO.enforces, ...enforces } }));
  expect(found.problems.map(({ what }) => what)).toEqual(problems);
});

test('no daemon and no image are answers', async () => {
  expect(await probe(engineWith(new EngineError('unreachable', 'nobody there')))).toMatchObject({
    available: false,
    problems: [{ what: 'nobody there' }],
    proofs: [],
  });
  expect(await probe(engineWith({}, null))).toMatchObject({
    available: false,
    problems: [{ what: 'the image image is missing' }],
  });
});
