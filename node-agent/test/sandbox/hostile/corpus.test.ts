import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, describe, expect, test } from 'vitest';
import type { CompletedExecution } from '../../../src/sandbox/execute-task.ts';
import { LANGUAGE_TABLE } from '../../../src/sandbox/languages.ts';
import type { PoolSettings } from '../../../src/sandbox/pool/pool-settings.ts';
import { notingEngine } from '../noting-engine.ts';
import { docker, realImage, realMoreImage, realSandbox } from '../real-sandbox.ts';
import { countTerminals, findLeftovers, readHostState } from './host-state.ts';
import { type HostileProgram, readPrograms } from './read-programs.ts';

const image = await realImage();
/** The languages that the core image lacks are tried where their image is. */
const moreImage = await realMoreImage();
const MEMORY_MB = 128;
/** More than other programs of this machine open meanwhile, and far less than a job could take. */
const TERMINALS_OF_OTHERS = 32;
/** Of this test alone, so that what is left behind can be told from other tests' work. */
const uidsFrom = (first: number) => ({ first, count: 65_536 });
const FINGERPRINT =
  'sha256sum /usr/bin/python3 /usr/bin/node /usr/bin/bash /usr/lib/watt/supervisor /etc/passwd /lib/*-linux-gnu/libc.so.6';

/** A secret of this process, as a node's environment may have some. */
const canary = randomBytes(12).toString('hex');
process.env['WATT_TEST_SECRET'] = canary;
afterAll(() => {
  delete process.env['WATT_TEST_SECRET'];
});

const POOL: PoolSettings = {
  budgetMb: 1024,
  tiersMb: [MEMORY_MB],
  base: (['python', 'javascript', 'bash'] as const).map((language) => ({ language, memoryMb: MEMORY_MB })),
  maxEach: 4,
  maxIdleMs: 600_000,
};
/** Where it matters how a program was begun. The rest is the same for one that found its interpreter waiting. */
const IS_ABOUT_THE_START =
  /^(artifact|descriptors|escape|output|privilege|secret|signal|surface-other|time)-/;

describe.skipIf(image === null).each([
  ['interpreters that wait', POOL, uidsFrom(3_000_000), /./],
  ['containers made for each', undefined, uidsFrom(3_100_000), IS_ABOUT_THE_START],
])('the hostile corpus, %s', async (_name, pool, uids, which) => {
  const neighbour = randomBytes(12).toString('hex');
  const calls: string[] = [];
  const server = createServer((socket) => {
    calls.push(String(socket.remoteAddress));
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '::', resolve));
  const own = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const all = readPrograms({
    CANARY: canary,
    NEIGHBOUR: neighbour,
    PORT: String((server.address() as AddressInfo).port),
    HOSTS: own
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address }) => address)
      .join(' '),
  });

  const canRun = ({ language }: HostileProgram) =>
    LANGUAGE_TABLE[language].image === 'core' || moreImage !== undefined;
  const programs = all.filter((program) => which.test(program.name) && canRun(program));

  const { engine, containers } = notingEngine();
  const { sandbox, complete, run, warnings } = realSandbox(image ?? '', {
    docker: engine,
    uidRange: uids,
    ...(pool && { pool }),
    ...(moreImage !== undefined && { moreImage }),
  });
  await sandbox.warmUp();
  const before = readHostState();
  const terminals = countTerminals();
  const fingerprint = (await complete('bash', FINGERPRINT)).output.stdout;
  const stayed = new AbortController();
  const neighbourly = `echo ${neighbour} | tee /tmp/${neighbour} > /dev/shm/${neighbour}; exec -a ${neighbour} sleep 200`;
  const stays = run('bash', neighbourly, { timeout: 200, job_id: 'neighbour' }, stayed.signal);

  afterAll(async () => {
    server.close();
    await sandbox.close();
  });

  test('is as large as it says, and every program is a program', () => {
    expect(all.length).toBeGreaterThanOrEqual(95);
    expect(programs.length).toBeGreaterThan(all.length / 3);
  });

  test.concurrent.each(programs.map((program) => [program.name, program] as const))(
    '%s',
    async (_, program) => {
      const { language, code, timeout, ends, says, flags, artifacts } = program;
      const task = {
        timeout,
        memory_mb: MEMORY_MB,
        job_id: `hostile-${program.name}`,
        ...(artifacts.length > 0 && { artifacts }),
      };
      const first = await run(language, code, task);
      // A daemon that others keep busy is no program's doing; the router would ask another node.
      const isStalled = first.kind === 'failed' && first.reason === 'engine_unreachable';
      const outcome = isStalled ? await run(language, code, task) : first;
      if (outcome.kind !== 'completed') throw new Error(`${program.what}: ${JSON.stringify(outcome)}`);
      const { stdout, stderr } = outcome.output;
      expect(ends, `${program.what}\n${stdout.slice(0, 2000)}\n${stderr.slice(0, 2000)}`).toContain(
        endOf(outcome, program),
      );
      if (says !== null) expect(stdout.slice(0, 100_000)).toMatch(says);
      expect({ ...outcome.output, ...outcome.metadata }).toMatchObject(
        Object.fromEntries(flags.map((flag) => [flag, true])),
      );
      for (const { bytes } of outcome.artifacts.files)
        expect(Buffer.from(bytes).toString()).toMatch(/^(held\n|\0+)$/);
      for (const secret of [canary, neighbour]) expect(stdout + stderr).not.toContain(secret);
    },
  );

  test('the neighbour has noticed nothing, and nobody has called', async () => {
    stayed.abort();
    expect(await stays).toMatchObject({ kind: 'failed', reason: 'cancelled' });
    expect(calls).toEqual([]);
  });

  test('the image is what it was, for the next job', async () => {
    expect((await complete('bash', FINGERPRINT)).output.stdout).toBe(fingerprint);
    expect(fingerprint.trim().split('\n')).toHaveLength(6);
  });

  test('the host is as it was', async () => {
    await sandbox.close();
    expect(containers.size).toBeGreaterThanOrEqual(programs.length);
    expect(await findLeftovers(docker, containers, uids)).toEqual([]);
    expect(readHostState()).toEqual(before);
    expect(countTerminals()).toBeLessThan(terminals + TERMINALS_OF_OTHERS);
    expect(warnings).toEqual([]);
  });
});

/** The end in the corpus's words. What counts as `oom` in one place of the programs' heads may be a plain exit in another. */
function endOf(outcome: CompletedExecution, { ends }: HostileProgram): string {
  if (outcome.code === 'EXECUTION_TIMEOUT') return 'timeout';
  const { exit_code, signal } = outcome.output;
  if (outcome.metadata.oom === true && !outcome.success && ends.includes('oom')) return 'oom';
  return signal === undefined ? `exit ${exit_code}` : `signal ${signal}`;
}
