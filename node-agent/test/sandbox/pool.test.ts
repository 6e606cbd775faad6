import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Language } from '../../src/sandbox/languages.ts';
import type { PoolSettings } from '../../src/sandbox/pool/pool-settings.ts';
import { docker, realImage, realSandbox } from './real-sandbox.ts';

/** Raised by hand for a longer look; small by itself, because every job costs a container. */
const INSTANT_EXITS = 24;
const AT_ONCE = 32;
/** How often all containers are killed; each time one may be met that is just being made, which is then warned of. */
const KILLINGS = 2;

const image = await realImage();
const base = (['python', 'javascript', 'bash'] as const).map((language) => ({ language, memoryMb: 128 }));
const settings: PoolSettings = { budgetMb: 400, tiersMb: [128], base, maxEach: 4, maxIdleMs: 600_000 };

describe.skipIf(image === null)('containers that wait', () => {
  const drawn: string[] = [];
  const random = (bytes: number) => {
    const drop = randomBytes(bytes);
    drawn.push(drop.toString('hex'));
    return drop;
  };
  const { sandbox, run, complete, warnings } = realSandbox(image ?? '', { pool: settings, random });
  const ours = () => docker.list(`watt.sandbox=${drawn.find((hex) => hex.length === 16)}`);
  /** The pool fills up again when nothing was taken for a while. */
  const filled = async (key: string, count = 1) => {
    const deadline = Date.now() + 100_000;
    while ((sandbox.ready()[key] ?? 0) < count) {
      if (Date.now() > deadline) throw new Error(`no ${key} waits: ${JSON.stringify(sandbox.ready())}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const resumed = async (language: Language, code: string, task = {}) => {
    await filled(`${language}:128`);
    const outcome = await complete(language, code, task);
    expect(outcome.metadata.start).toBe('resumed');
    return outcome;
  };

  beforeAll(() => sandbox.warmUp());
  afterAll(async () => {
    await sandbox.close();
    expect(await ours()).toEqual([]);
    expect(warnings.length).toBeLessThanOrEqual(KILLINGS);
  });

  test('one of each is there before anybody asks', () => {
    expect(sandbox.ready()).toEqual({ 'python:128': 1, 'javascript:128': 1, 'bash:128': 1 });
  });

  test.each<[Language, string, string]>([
    ['python', 'import sys; print(sys.argv, __file__, __name__)', "['/tmp/main.py'] /tmp/main.py __main__\n"],
    [
      'javascript',
      'console.log(process.argv.length, __filename, require.main === module)',
      '2 /tmp/main.js true\n',
    ],
    ['bash', 'echo "$0" $# $BASH_SOURCE', '/tmp/main.sh 0 /tmp/main.sh\n'],
  ])('%s cannot tell that its interpreter had been waiting', async (language, code, stdout) => {
    const outcome = await resumed(language, code);
    expect(outcome).toMatchObject({ success: true, output: { stdout, stderr: '', exit_code: 0 } });
  });

  test('tracebacks quote the program, modules load, timers and clocks run from now', async () => {
    const python = await resumed('python', 'def f():\n    raise ValueError("é")\nf()');
    expect(python.output.stderr).toContain('File "/tmp/main.py", line 2, in f\n    raise ValueError("é")');
    const node = await resumed(
      'javascript',
      'import fs from "node:fs";\nconst begun = Date.now();\nsetTimeout(() => console.log(Date.now() - begun >= 99, fs.readdirSync("/tmp")), 100);',
    );
    expect(node.output.stdout).toBe("true [ 'main.js' ]\n");
    const syntax = await resumed('javascript', 'let x = ;');
    expect(syntax.output.stderr).toContain('main.js:1\nlet x = ;');
  });

  test('stdin, files and artifacts do not need a fresh interpreter', async () => {
    const outcome = await resumed(
      'python',
      'import sys; open("out.txt", "w").write(sys.stdin.read() + open("data/in.txt").read())',
      { stdin: 'a', files: [{ path: 'data/in.txt', content: 'b' }], artifacts: ['out.txt'] },
    );
    expect(outcome).toMatchObject({ success: true, artifacts: { refs: { 'out.txt': { size_bytes: 2 } } } });
  });

  test.each<[string, Language, string, object, string]>([
    ['arguments', 'python', 'import sys; print(sys.argv[1:])', { args: ['a b'] }, "['a b']\n"],
    [
      'an environment',
      'javascript',
      'console.log(process.env.A, process.env.HOME)',
      { env: { A: '1' } },
      '1 /tmp\n',
    ],
    ['a program that is too long for a pipe', 'bash', `${'#'.repeat(5000)}\necho long`, {}, 'long\n'],
    ['an encoding of its own', 'python', '# -*- coding: latin-1 -*-\nprint("ok")', {}, 'ok\n'],
  ])('%s gets a fresh interpreter in a container that waits', async (_what, language, code, task, stdout) => {
    await filled(`${language}:128`);
    const outcome = await complete(language, code, task);
    expect(outcome).toMatchObject({
      success: true,
      output: { stdout, stderr: '' },
      metadata: { start: 'warm' },
    });
  });

  test('another size, and more than wait, are made when they are asked for', async () => {
    expect((await complete('bash', 'echo', { memory_mb: 200 })).metadata.start).toBe('cold');
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => complete('bash', 'echo on')));
    expect(outcomes.map(({ output }) => output.stdout)).toEqual(Array(12).fill('on\n'));
    // What was asked for at once is kept from then on, as far as the settings go.
    await filled('bash:128', 4);
  });

  test('nothing that is open or known to an interpreter leads to its supervisor', async () => {
    const { output } = await resumed(
      'python',
      `
import os
print(sorted(os.listdir('/proc/self/fd'))[:3], len(os.listdir('/proc/self/fd')))
for name in ('environ', 'mem', 'maps', 'fd', 'cwd', 'root', 'exe'):
    try:
        os.listdir('/proc/1/fd') if name == 'fd' else open(f'/proc/1/{name}', 'rb').read(1)
        print('opened', name)
    except OSError: pass
print(sorted(os.listdir('/tmp')), os.getppid())
frame = b'X' + (40).to_bytes(4, 'big') + b'0' * 32 + b' exit 0 '
os.write(1, frame)
os._exit(3)`,
    );
    expect(output.exit_code).toBe(3);
    // 0, 1, 2, and the directory that is being listed.
    expect(output.stdout).toMatch(/^\['0', '1', '2'\] 4\n\['main\.py'\] 1\nX\0\0\0\(0{32} exit 0 $/);
  });

  test('time and memory are held as ever', async () => {
    const late = await resumed('python', 'print("begun")\nwhile True: pass', { timeout: 3 });
    expect(late).toMatchObject({ code: 'EXECUTION_TIMEOUT', output: { stdout: 'begun\n' } });
    expect(late.metadata.execution_ms).toBeLessThan(10_000);
    const large = await resumed('javascript', 'const a = []; for (;;) a.push(Buffer.alloc(1 << 20, 1));');
    expect(large).toMatchObject({ code: 'OUT_OF_MEMORY', output: { signal: 'SIGKILL' } });
  });

  test('one that is killed while it waits is replaced, one that is killed at work is lost', async () => {
    await filled('bash:128');
    const before = await ours();
    for (const { id } of before) await docker.kill(id);
    const outcome = await run('bash', 'echo on');
    // It may have been handed out in the moment of its death; the router then asks another node.
    if (outcome.kind === 'failed')
      expect(outcome).toMatchObject({ reason: 'container_lost', retryable: true });
    await filled('bash:128');
    const job = run('bash', 'sleep 20', { timeout: 20 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (const { id } of await ours()) await docker.kill(id);
    expect(await job).toMatchObject({ kind: 'failed', reason: 'container_lost', retryable: true });
  });

  test('more at once than any machine could run are all answered', async () => {
    const codes = Array.from({ length: AT_ONCE }, (_, index) => index);
    const outcomes = await Promise.all(codes.map((code) => complete('bash', `exit ${code}`)));
    expect(outcomes.map(({ output }) => output.exit_code)).toEqual(codes);
  });

  test('instant exits, eight at a time, lose nothing, and no container sees two jobs', async () => {
    await filled('bash:128');
    const left = Array.from({ length: INSTANT_EXITS }, (_, index) => index);
    const uids: string[] = [];
    const worker = async () => {
      for (let index = left.shift(); index !== undefined; index = left.shift()) {
        const { output } = await complete('bash', `echo $UID; ls /tmp; exit ${index}`);
        expect(output).toMatchObject({ stderr: '', exit_code: index });
        expect(output.stdout).toMatch(/^\d+\nmain\.sh\n$/);
        uids.push(output.stdout);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    expect(new Set(uids).size).toBe(INSTANT_EXITS);
  });
});
