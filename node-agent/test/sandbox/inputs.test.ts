import { sha256Hex } from '@watt/shared';
import { afterAll, describe, expect, test } from 'vitest';
import { realImage, realSandbox } from './real-sandbox.ts';

const image = await realImage();
const MIB = 1024 * 1024;

describe.skipIf(image === null)('what goes in and what comes out', () => {
  const { sandbox, complete } = realSandbox(image ?? '');
  afterAll(() => sandbox.close());

  test('arguments and variables arrive as they are, and the container’s own variables stay', async () => {
    const code =
      'import os, sys; print(sys.argv[1:], os.environ["A"], os.environ["LANG"], os.environ["HOME"])';
    const task = { args: ['--x=1', '', 'a b', '$(id)', 'é\n'], env: { A: 'b=c', LANG: 'C' } };
    const { output } = await complete('python', code, task);
    expect(output.stdout).toBe(`['--x=1', '', 'a b', '$(id)', 'é\\n'] b=c C /tmp\n`);
    const shell = await complete('bash', 'echo "$# $2 $A"', task);
    expect(shell.output.stdout).toBe('5  b=c\n');
  });

  test('every byte goes in by stdin', async () => {
    const bytes = Buffer.from(Array.from({ length: MIB }, (_, index) => (index * 7) % 256));
    const code = 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())';
    const stdin = { stdin: bytes.toString('base64'), stdin_encoding: 'base64' as const };
    expect((await complete('python', code, stdin)).output.stdout).toBe(`${sha256Hex(bytes)}\n`);
    const node =
      'process.stdin.setEncoding("utf8"); process.stdin.on("data", (d) => process.stdout.write(d))';
    expect((await complete('javascript', node, { stdin: 'Grüße\n' })).output.stdout).toBe('Grüße\n');
    expect((await complete('bash', 'read line; echo "$line."; cat', { stdin: 'a\nb' })).output.stdout).toBe(
      'a.\nb',
    );
  });

  test('files stand where they were put, and modules among them are found', async () => {
    const files = [
      { path: 'lib/greet.py', content: 'def hello(): return "hello"' },
      {
        path: 'data/bin',
        content: Buffer.from([0, 255, 10]).toString('base64'),
        encoding: 'base64' as const,
      },
    ];
    const code = 'import lib.greet as g; print(g.hello(), open("data/bin", "rb").read())';
    const { output } = await complete('python', code, { files });
    expect(output.stdout).toBe("hello b'\\x00\\xff\\n'\n");
  });

  test('files that are asked for come back, hashed; what is no file is told', async () => {
    const code = `
mkdir -p out/deep; printf 'a,b\\n' > out/t.csv; head -c 300000 /dev/zero > out/deep/zero.bin; : > empty.txt
ln -s /etc/passwd link; ln -s out outlink; mkfifo pipe; mkdir dir; ln out/t.csv hard.csv`;
    const asked = [
      'out/t.csv',
      'out/deep/zero.bin',
      'empty.txt',
      'link',
      'outlink/t.csv',
      'pipe',
      'dir',
      'none',
    ];
    const { output, artifacts } = await complete('bash', code, { artifacts: asked });
    const ref = (content_type: string, bytes: Buffer) => ({
      content_type,
      sha256: sha256Hex(bytes),
      size_bytes: bytes.length,
    });
    const zeros = Buffer.alloc(300_000);
    expect(artifacts.refs).toEqual({
      'out/t.csv': ref('text/csv', Buffer.from('a,b\n')),
      'out/deep/zero.bin': ref('application/octet-stream', zeros),
      'empty.txt': ref('text/plain', Buffer.alloc(0)),
      link: { problem: 'not_a_file' },
      'outlink/t.csv': { problem: 'missing' },
      pipe: { problem: 'not_a_file' },
      dir: { problem: 'not_a_file' },
      none: { problem: 'missing' },
    });
    expect(output.flags).toEqual(['ARTIFACT_MISSING']);
    expect(artifacts.files.map(({ sha256, bytes }) => sha256Hex(bytes) === sha256)).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('artifacts have a cap together, and come from programs that failed or ran out of time', async () => {
    const late = complete('bash', 'echo > a; sleep 60', { artifacts: ['a'], timeout: 5 });
    expect(await late).toMatchObject({
      code: 'EXECUTION_TIMEOUT',
      artifacts: { refs: { a: { size_bytes: 1 } } },
    });
    const code = 'head -c 7M /dev/zero > a; head -c 2M /dev/zero > b; head -c 1M /dev/zero > c; exit 3';
    expect(await complete('bash', code, { artifacts: ['a', 'b', 'c'] })).toMatchObject({
      code: 'EXECUTION_ERROR',
      artifacts: {
        refs: { a: { size_bytes: 7 * MIB }, b: { problem: 'too_large' }, c: { size_bytes: MIB } },
      },
    });
  });

  test('a program that swaps its artifact for something else while it is collected changes nothing', async () => {
    const code = `
(while :; do ln -sfn /etc/passwd x 2>/dev/null; rm -f x; echo ok > x; done) & sleep 0.3`;
    const { artifacts } = await complete('bash', code, { artifacts: ['x'] });
    const ref = artifacts.refs?.['x'] ?? {};
    const allowed = [sha256Hex('ok\n'), sha256Hex('')];
    expect('problem' in ref || ('sha256' in ref && allowed.includes(ref.sha256 as string))).toBe(true);
  });

  test('a /tmp that is full at the end is flagged', async () => {
    const full = await complete(
      'bash',
      'head -c 100M /dev/zero > /tmp/a; head -c 100M /dev/zero > /tmp/b; true',
    );
    expect(full.output.flags).toEqual(['DISK_FULL']);
  });
});

test.skipIf(image === null)(
  'numbers, tables and figures: numpy, pandas and matplotlib are there',
  async () => {
    const { sandbox, complete } = realSandbox(image ?? '');
    const code = `
import numpy as np, pandas as pd, matplotlib.pyplot as plt
print(np.linalg.det(np.eye(3)), pd.DataFrame({'a': [1, 2]}).a.sum())
plt.plot([1, 2]); plt.title('é'); plt.savefig('plot.png')`;
    const outcome = await complete('python', code, { artifacts: ['plot.png'], timeout: 30, memory_mb: 256 });
    expect(outcome).toMatchObject({ success: true, output: { stdout: '1.0 3\n', stderr: '' } });
    expect(outcome.artifacts.refs).toMatchObject({ 'plot.png': { content_type: 'image/png' } });
    expect(Buffer.from(outcome.artifacts.files[0]?.bytes ?? []).toString('latin1', 1, 4)).toBe('PNG');
    await sandbox.close();
  },
);
