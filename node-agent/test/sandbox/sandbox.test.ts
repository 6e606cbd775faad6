import { afterAll, describe, expect, test } from 'vitest';
import { createDockerEngine } from '../../src/sandbox/docker.ts';
import type { Language } from '../../src/sandbox/languages.ts';
import { LIMIT_NAMES } from '../../src/sandbox/limit-proof.ts';
import { docker, realImage, realSandbox } from './real-sandbox.ts';

const image = await realImage();
const MIB = 1024 * 1024;

describe.skipIf(image === null)('what programs do, and what is said of it', () => {
  const { sandbox, run, complete, warnings } = realSandbox(image ?? '');
  afterAll(async () => {
    await sandbox.close();
    expect(warnings).toEqual([]);
  });

  test.each<[Language, string]>([
    ['python', 'import sys; print("hello", sys.version_info[:2])'],
    ['javascript', 'console.log("hello", process.version)'],
    ['bash', 'echo hello $BASH_VERSION'],
  ])('%s says hello', async (language, code) => {
    const outcome = await complete(language, code);
    expect(outcome).toMatchObject({ success: true, output: { stderr: '', exit_code: 0 } });
    expect(outcome.output.stdout).toMatch(/^hello (\(3, 11\)|v20\.|5\.)/);
    expect(outcome.metadata).toMatchObject({ language, memory_source: 'cgroup' });
    expect(outcome.metadata.execution_ms).toBeGreaterThan(0);
    expect(outcome.metadata.memory_used_mb).toBeGreaterThan(1);
    expect(outcome.metadata.memory_used_mb).toBeLessThan(128);
    expect(outcome.metadata.image).toMatch(/^sha256:/);
  });

  test('stderr and a non-zero exit', async () => {
    const outcome = await complete('javascript', 'console.error("bad"); process.exitCode = 7');
    expect(outcome).toMatchObject({
      success: false,
      code: 'EXECUTION_ERROR',
      output: { stdout: '', stderr: 'bad\n', exit_code: 7 },
    });
  });

  test('a traceback is the program’s own failure', async () => {
    const outcome = await complete('python', 'print("before")\n1/0');
    expect(outcome).toMatchObject({
      success: false,
      code: 'EXECUTION_ERROR',
      output: { stdout: 'before\n', exit_code: 1 },
    });
    expect(outcome.output.stderr).toContain('ZeroDivisionError');
  });

  test('death by a signal', async () => {
    const outcome = await complete('bash', 'kill -SEGV $$');
    expect(outcome).toMatchObject({ code: 'EXECUTION_ERROR', output: { exit_code: 139, signal: 'SIGSEGV' } });
  });

  test.concurrent.each<[Language, string]>([
    ['python', 'import time\nprint("begun")\ntime.sleep(60)'],
    ['javascript', 'console.log("begun"); for (;;);'],
    ['bash', 'echo begun; sleep 60'],
  ])('%s out of time: what was printed is kept, and the end is the clock’s', async (language, code) => {
    const outcome = await complete(language, code, { timeout: 3 });
    expect(outcome).toMatchObject({
      success: false,
      code: 'EXECUTION_TIMEOUT',
      output: { stdout: 'begun\n', exit_code: null },
    });
    expect(outcome.metadata.execution_ms).toBeGreaterThanOrEqual(3000);
    expect(outcome.metadata.execution_ms).toBeLessThan(10_000);
  });

  test('a memory bomb is told apart from other deaths', async () => {
    const outcome = await complete('python', 'print("begun")\nbytearray(1 << 30)', { memory_mb: 64 });
    expect(outcome).toMatchObject({
      success: false,
      code: 'OUT_OF_MEMORY',
      output: { stdout: 'begun\n', exit_code: 137, signal: 'SIGKILL' },
      metadata: { oom: true },
    });
    expect(outcome.metadata.memory_used_mb).toBeGreaterThan(60);
    expect(outcome.metadata.memory_used_mb).toBeLessThanOrEqual(64);
  });

  test.each([
    ['its time', 'while True: pass', 'EXECUTION_TIMEOUT', 5],
    ['its memory', 'bytearray(1 << 30)', 'OUT_OF_MEMORY', 60],
  ])(
    'what was killed for %s is told with the time of the processor that it took',
    async (_, end, code, timeout) => {
      // A child that the kernel takes a while to take away, and what it has used, in its own words.
      const program = `
import os, time
if os.fork() == 0:
    kept = bytes(range(256)) * (40 << 12)
    while True: pass
while time.process_time() < 0.3: pass
print(time.process_time(), flush=True)
${end}`;
      const outcome = await complete('python', program, { memory_mb: 128, timeout });
      expect(outcome.code).toBe(code);
      const toldMs = Number(outcome.output.stdout) * 1000;
      // An interpreter that waited had used some of that before.
      expect(outcome.metadata.cpu_ms).toBeGreaterThanOrEqual(toldMs - 200);
    },
  );

  test('a program has a loopback, by its name', async () => {
    const code = `
const server = require('node:http').createServer((_, answer) => answer.end('served'));
server.listen(0, 'localhost', async () => {
  console.log(await (await fetch(\`http://localhost:\${server.address().port}\`)).text());
  process.exit();
});`;
    expect((await complete('javascript', code)).output).toMatchObject({ stdout: 'served\n', stderr: '' });
  });

  test('files in /tmp count as memory and are capped', async () => {
    const code = 'head -c 200M /dev/zero > /tmp/big; echo "exit $?"; stat -c %s /tmp/big';
    const outcome = await complete('bash', code, { memory_mb: 128 });
    const size = Number(outcome.output.stdout.split('\n').at(-2));
    expect(size).toBeLessThanOrEqual(64 * MIB);
    expect(outcome.metadata.oom).toBeUndefined();
  });

  test('a fork bomb is held, ends on time, and the next job is as ever', async () => {
    const outcome = await complete('bash', 'bomb() { bomb | bomb & }; bomb; sleep 30', { timeout: 1 });
    expect(outcome.code).toMatch(/^EXECUTION_/);
    expect(outcome.metadata.execution_ms).toBeLessThan(10_000);
    expect(await complete('bash', 'echo fine')).toMatchObject({
      success: true,
      output: { stdout: 'fine\n' },
    });
  });

  test('of a flood the first and the last bytes are kept, flagged, and the program runs on to its end', async () => {
    const code = `
import sys
for i in range(300_000): sys.stdout.write("0123456789")
sys.stderr.write("e" * 2_000_000)
sys.exit(4)`;
    const { output } = await complete('python', code, { timeout: 30 });
    expect(output).toMatchObject({ exit_code: 4, stdout_truncated: true, flags: ['OUTPUT_TRUNCATED'] });
    const [first = '', last = ''] = output.stdout.split(`\n[… ${3_000_000 - MIB} bytes left out …]\n`);
    expect(first).toBe('0123456789'.repeat(MIB).slice(0, MIB - MIB / 8));
    expect(last).toBe('0123456789'.repeat(MIB / 8).slice(-MIB / 8));
    expect(output.stderr).toBe(
      `${'e'.repeat(MIB - MIB / 8)}\n[… ${2_000_000 - MIB} bytes left out …]\n${'e'.repeat(MIB / 8)}`,
    );
  });

  test('exactly the cap is not a cut', async () => {
    const { output } = await complete('bash', `head -c ${MIB} /dev/zero | tr '\\0' x`);
    expect(output.stdout.length).toBe(MIB);
    expect(output).not.toHaveProperty('stdout_truncated');
  });

  test('characters that are cut between two writes arrive whole', async () => {
    const code = `
import os, time
for byte in "Grüße, 世界 🚀\\n".encode():
    os.write(1, bytes([byte])); time.sleep(0.002)
os.write(2, b"\\xff\\x00ok")`;
    const { output } = await complete('python', code);
    expect(output.stdout).toBe('Grüße, 世界 🚀\n');
    expect(output.stderr).toBe('\ufffd\u0000ok');
  });

  test('output that looks like our frames is output', async () => {
    const code = 'import os\nos.write(1, b"\\x01\\0\\0\\0\\0\\0\\0\\x05X\\0\\0\\0\\x05hello")';
    const { output } = await complete('python', code);
    expect(output.stdout).toBe('\u0001\0\0\0\0\0\0\u0005X\0\0\0\u0005hello');
  });

  test('stdin is at its end', async () => {
    const { output } = await complete('python', 'import sys; print(repr(sys.stdin.read()))');
    expect(output.stdout).toBe("''\n");
  });

  test('a child that went into the background neither delays the answer nor outlives it', async () => {
    const outcome = await complete('bash', '(nohup sleep 60 &) ; echo done', { timeout: 20 });
    expect(outcome).toMatchObject({ success: true, output: { stdout: 'done\n', stderr: '' } });
    expect(outcome.metadata.execution_ms).toBeLessThan(20_000);
  });

  test('closed streams are not the end', async () => {
    const outcome = await complete(
      'python',
      'import os, time\nos.close(1); os.close(2); time.sleep(0.5); os._exit(9)',
    );
    expect(outcome.output).toEqual({ stdout: '', stderr: '', exit_code: 9 });
    expect(outcome.metadata.execution_ms).toBeGreaterThanOrEqual(500);
  });

  test('a megabyte of code; one byte more is refused', async () => {
    const code = `print(len("""${'x'.repeat(MIB - 20)}"""))`;
    expect((await complete('python', code)).output.stdout).toBe(`${MIB - 20}\n`);
    expect(await run('python', 'x'.repeat(MIB + 1))).toMatchObject({ kind: 'failed', reason: 'over_limits' });
    expect(await run('bash', 'true', { memory_mb: 1_000_000 })).toMatchObject({
      kind: 'failed',
      reason: 'over_limits',
    });
    expect(await run('bash', 'true', { timeout: 1e6 })).toMatchObject({
      kind: 'failed',
      reason: 'over_limits',
    });
  });

  test('fifty instant exits, eight at a time, lose nothing', async () => {
    const codes = Array.from({ length: 50 }, (_, index) => index);
    const seen: number[] = [];
    const worker = async () => {
      for (let index = codes.shift(); index !== undefined; index = codes.shift()) {
        const { output } = await complete('bash', `echo ${index}; exit ${index}`);
        expect(output).toEqual({ stdout: `${index}\n`, stderr: '', exit_code: index });
        seen.push(index);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    expect(seen.length).toBe(50);
  });

  test('the probe finds every limit biting and every language', async () => {
    const found = await sandbox.probe();
    expect(found.problems).toEqual([]);
    expect(found.available).toBe(true);
    expect(found.proofs.map(({ name, held }) => [name, held])).toEqual(
      LIMIT_NAMES.map((name) => [name, true]),
    );
    expect(found.languages.map(({ language, version }) => `${language} ${version}`)).toEqual([
      expect.stringMatching(/^python 3\.11\./),
      expect.stringMatching(/^javascript 20\./),
      expect.stringMatching(/^bash 5\./),
      expect.stringMatching(/^typescript \d/),
    ]);
  });
});

describe.skipIf(image === null)('what is not the program’s doing', () => {
  const { sandbox, run } = realSandbox(image ?? '');
  afterAll(() => sandbox.close());

  test('no daemon, no image', async () => {
    const nowhere = realSandbox(image ?? '', {
      docker: createDockerEngine({ socketPath: '/nowhere/docker.sock' }),
    });
    expect(await nowhere.run('bash', 'true')).toMatchObject({
      kind: 'failed',
      reason: 'engine_unreachable',
      retryable: true,
    });
    expect(await nowhere.sandbox.probe()).toMatchObject({ available: false });
    const imageless = realSandbox('watt-sandbox:no-such-tag');
    expect(await imageless.run('bash', 'true')).toMatchObject({ kind: 'failed', reason: 'image_missing' });
    expect((await imageless.sandbox.probe()).problems[0]?.what).toContain('missing');
  });

  test('cancelling kills, wherever the job is', async () => {
    for (const afterMs of [0, 60, 1500]) {
      const controller = new AbortController();
      const job = run('python', 'while True: pass', { timeout: 30 }, controller.signal);
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      const abortedAt = performance.now();
      controller.abort();
      expect(await job).toMatchObject({ kind: 'failed', reason: 'cancelled' });
      // Long before the program’s own time is over.
      expect(performance.now() - abortedAt).toBeLessThan(20_000);
    }
  });

  test('a container that somebody kills or removes is lost, not the program’s failure', async () => {
    for (const how of ['kill', 'remove'] as const) {
      const job = run('bash', 'sleep 30', { timeout: 30, job_id: `lost-by-${how}` });
      const victim = await findRunning(`lost-by-${how}`);
      await docker[how](victim);
      expect(await job).toMatchObject({ kind: 'failed', reason: 'container_lost', retryable: true });
    }
  });

  test('closing ends what runs and refuses what comes', async () => {
    const own = realSandbox(image ?? '');
    const job = own.run('bash', 'sleep 30', { timeout: 30, job_id: 'closing' });
    await findRunning('closing');
    await own.sandbox.close();
    expect(await job).toMatchObject({ kind: 'failed', reason: 'cancelled' });
    expect(await own.run('bash', 'true')).toMatchObject({ kind: 'failed', reason: 'closed' });
    expect(await docker.list('watt.job=closing')).toEqual([]);
  });
});

async function findRunning(jobId: string): Promise<string> {
  const deadline = Date.now() + 100_000;
  for (;;) {
    const found = (await docker.list(`watt.job=${jobId}`)).find((one) => one.running);
    if (found !== undefined) {
      await new Promise((resolve) => setTimeout(resolve, 300)); // until the program itself runs
      return found.id;
    }
    if (Date.now() > deadline) throw new Error(`no container runs for ${jobId}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
