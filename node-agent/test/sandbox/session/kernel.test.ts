import { afterAll, expect, test } from 'vitest';
import { realImage } from '../real-sandbox.ts';
import { realKernels } from './real-kernels.ts';

const image = await realImage();
const { sandbox, start } = realKernels(image ?? '');
afterAll(() => sandbox.close());

test.skipIf(image === null)('Python: state, value, errors, await', async () => {
  const { kernel, run, value } = await start('python');
  expect(await value('import math\nx = 41\ndef f(): return math.floor(x + 1.5)')).toBeNull();
  expect(await value('f()')).toBe('42');
  expect(await run("print('out'); import sys; print('err', file=sys.stderr); 'é'")).toMatchObject({
    success: true,
    output: { stdout: 'out\n', stderr: 'err\n', value: "'é'" },
  });
  expect(await value("open('left.txt', 'w').write('here')")).toBe('4');
  expect(await value("open('/tmp/left.txt').read()")).toBe("'here'");
  expect(await value('import asyncio\nawait asyncio.sleep(0.01, result=7)')).toBe('7');
  expect(await run('def g():\n    return x / 0\ng()')).toMatchObject({
    success: false,
    code: 'EXECUTION_ERROR',
    output: {
      value: null,
      stderr: expect.stringMatching(
        /^Traceback[\s\S]*line 3, in <module>\n {4}g\(\)\n[\s\S]*return x \/ 0\n[\s\S]*ZeroDivisionError: division by zero\n$/,
      ),
    },
  });
  expect(await run('def h(:')).toMatchObject({
    code: 'EXECUTION_ERROR',
    output: { stderr: expect.stringContaining('SyntaxError') },
  });
  expect(await run("'é' * 40000")).toMatchObject({ metadata: { value_truncated: true } });
  expect((await run("'é' * 40000")).output.value).toMatch(/^'é{30000,}$/);
  expect(await value('__name__, x')).toBe("('__main__', 41)");
  await kernel.stop();
  expect(await kernel.ended).toMatchObject({ how: 'stopped' });
});

test.skipIf(image === null)('JavaScript: state, value, errors, await', async () => {
  const { kernel, run, value } = await start('javascript');
  expect(await value('const x = 41; let z = 1; class A {}; function f() { return x + 1 }')).toBeNull();
  expect(await value('f()')).toBe('42');
  expect(await value("const x = 1, os = require('node:os'); let z = 2; class A {}; os.EOL")).toBe("'\\n'");
  expect(await value('[x, z, 10n, -0, null]')).toBe('[ 1, 2, 10n, -0, null ]');
  expect(await run("console.log('out'); console.error('err'); 'é'")).toMatchObject({
    success: true,
    output: { stdout: 'out\n', stderr: 'err\n', value: "'é'" },
  });
  expect(await value("require('fs').writeFileSync('left.txt', 'here')")).toBeNull();
  expect(await value("require('fs').readFileSync('/tmp/left.txt', 'utf8')")).toBe("'here'");
  expect(await value('await new Promise((resolve) => setTimeout(resolve, 10, 7))')).toBe('7');
  expect(await run('function g() {\n  null.x\n}\ng()')).toMatchObject({
    success: false,
    code: 'EXECUTION_ERROR',
    output: {
      value: null,
      stderr: expect.stringMatching(
        /^Uncaught TypeError: [^\n]*\n +at g \(call-\d+:2:8\)\n +at call-\d+:4:1\n$/,
      ),
    },
  });
  expect((await run("throw Object.assign(new Error('x'), { a: 1 })")).output.stderr).toMatch(
    /^Uncaught Error: x\n +at call-\d+:1:\d+ \{\n {2}a: 1\n\}\n$/,
  );
  expect(await run('syntax error')).toMatchObject({
    code: 'EXECUTION_ERROR',
    output: { stderr: expect.stringContaining('SyntaxError') },
  });
  expect(await run("'é'.repeat(40000)")).toMatchObject({ metadata: { value_truncated: true } });
  // Errors that nobody waits for are told, whenever they come, and end nothing.
  const first = await run(
    "setTimeout(() => { throw new Error('late') }); Promise.reject(new Error('lost')); 3",
  );
  expect(first).toMatchObject({ success: true, output: { value: '3' } });
  const second = await run('await new Promise((resolve) => setTimeout(resolve, 50))');
  const told = first.output.stderr + second.output.stderr;
  expect(told).toContain('Uncaught Error: lost\n    at call-');
  expect(told).toContain('Uncaught Error: late\n    at Timeout');
  expect(await value('x')).toBe('1');
  await kernel.stop();
  expect(await kernel.ended).toMatchObject({ how: 'stopped' });
});

test.skipIf(image === null)(
  'JavaScript: import() is to be had, and nothing else is taken for it',
  async () => {
    const { kernel, run, value } = await start('javascript');
    expect(await value("const { sep } = await import('node:path'); sep")).toBe("'/'");
    await value(
      "require('fs').writeFileSync('own.mjs', 'export let calls = 0; export default () => ++calls')",
    );
    expect(await value("(await import('./own.mjs')).default()")).toBe('1');
    expect(await value("const own = () => import('/tmp/own.mjs'); (await own()).default()")).toBe('2');
    const lookalikes = `
    // import('in a comment')
    class A { import(x) { return x } }
    [
      { import: (x) => x }.import('a'), new A().import('b'), "import('c')", /import(d)/.source,
      \`import('e') \${(await import('node:path')).sep}\`
    ]`;
    expect(await value(lookalikes)).toBe(`[ 'a', 'b', "import('c')", 'import(d)', "import('e') /" ]`);
    expect(await run("await import('nowhere')")).toMatchObject({
      code: 'EXECUTION_ERROR',
      output: { stderr: expect.stringContaining("Cannot find package 'nowhere' imported from /tmp/") },
    });
    expect(await run("import fs from 'node:fs'")).toMatchObject({
      code: 'EXECUTION_ERROR',
      output: { stderr: expect.stringContaining('Cannot use import statement outside a module') },
    });
    await kernel.stop();
  },
);

/** Programs that do not end, by what they do instead. */
const ENDLESS = {
  python: {
    'a loop': 'while True: pass',
    'a sleep': 'import time; time.sleep(60)',
    'a wait': 'import asyncio; await asyncio.sleep(60)',
    'a shell': 'import os; os.system("sleep 60")',
    'a child': 'import subprocess; subprocess.run(["sleep", "60"])',
    'a value': 'class A:\n  def __repr__(self):\n    while True: pass\nA()',
  },
  javascript: {
    'a loop': 'for (;;);',
    'a wait': 'await new Promise(() => {})',
    'a turn': 'await 1; for (;;);',
    'a timer': 'setTimeout(() => { for (;;); }, 10); await new Promise(() => {})',
    'a child': 'require("child_process").execSync("sleep 60")',
    'a value': '({ [require("util").inspect.custom]() { for (;;); } })',
  },
};
const BEGIN = { python: 'kept += 1\nprint("begun")\n', javascript: 'kept += 1; console.log("begun");\n' };

test.skipIf(image === null).each(['python', 'javascript'] as const)(
  '%s comes back from whatever is interrupted, as often as need be',
  async (language) => {
    const first = language === 'python' ? 'kept = 0' : 'var kept = 0';
    let session = await start(language);
    await session.value(first);
    for (const [what, code] of Object.entries(ENDLESS[language])) {
      let answer = await session.run(BEGIN[language] + code, 1);
      // On a machine that has no time for it, a kernel may be late: then it gets another chance.
      for (let tries = 1; answer.code === 'SESSION_ENDED' && tries < 4; tries += 1) {
        session = await start(language);
        await session.value(first);
        answer = await session.run(BEGIN[language] + code, tries * 2);
      }
      expect(answer, what).toMatchObject({
        success: false,
        code: 'EXECUTION_TIMEOUT',
        output: { stdout: 'begun\n', value: null },
      });
      expect(Number(await session.value('kept'))).toBeGreaterThan(0);
    }
    await session.kernel.stop();
  },
);

test.skipIf(image === null).each([
  [
    'python',
    'swallows the interrupt',
    'hung',
    'print("begun")\nimport signal; signal.signal(signal.SIGINT, lambda *_: None)\nwhile True: pass',
  ],
  [
    'python',
    'hangs in C',
    'hung',
    'print("begun")\nimport signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])\nimport time; time.sleep(60)',
  ],
  [
    'python',
    'stops itself',
    'hung',
    'print("begun")\nimport os, signal; os.kill(os.getpid(), signal.SIGSTOP)',
  ],
  ['python', 'exits', 'exited', 'print("begun")\nexit(3)'],
  ['python', 'crashes', 'exited', 'print("begun")\nimport ctypes; ctypes.string_at(0)'],
  ['python', 'takes all memory', 'out_of_memory', 'print("begun")\nbytearray(2 << 30)'],
  ['javascript', 'exits', 'exited', 'console.log("begun"); process.exit(3)'],
  ['javascript', 'crashes', 'exited', 'console.log("begun"); process.abort()'],
  [
    'javascript',
    'hangs in C',
    'hung',
    'console.log("begun"); require("child_process").execSync("trap \'\' INT; sleep 60")',
  ],
] as const)('%s that %s ends its session', async (language, _, how, code) => {
  const { kernel, run } = await start(language, { memory_mb: 128 });
  const timeout = how === 'hung' ? 3 : 20;
  expect(await run(code, timeout)).toMatchObject({
    success: false,
    code: how === 'out_of_memory' ? 'OUT_OF_MEMORY' : 'SESSION_ENDED',
    output: { stdout: 'begun\n', value: null },
  });
  expect(await kernel.ended).toMatchObject({ how });
  expect(await run('1')).toMatchObject({ code: how === 'out_of_memory' ? 'OUT_OF_MEMORY' : 'SESSION_ENDED' });
});

test.skipIf(image === null)('a flood keeps its first and its last, each call its own', async () => {
  const { kernel, run, value } = await start('python');
  const { output, metadata } = await run("print('first'); print('x' * (3 << 20)); print('last')");
  expect(metadata).toMatchObject({ stdout_truncated: true });
  expect(output.stdout.length).toBeLessThan(1.1 * 1024 * 1024);
  expect(output.stdout).toMatch(/^first\nx+\n\[… \d+ bytes left out …\]\nx+\nlast\n$/);
  expect(await run("print('next')")).toMatchObject({ output: { stdout: 'next\n' } });
  // What a thread prints between two calls belongs to the second.
  await value(
    "import threading, time\ndef later():\n  time.sleep(1); print('late')\nt = threading.Thread(target=later)\nt.start()",
  );
  expect(await run('t.join()')).toMatchObject({ output: { stdout: 'late\n' } });
  await kernel.stop();
});

test.skipIf(image === null)('a child that takes all memory is told of, and its kernel lives on', async () => {
  const { kernel, run, value } = await start('python', { memory_mb: 128 });
  const child = "import subprocess\nsubprocess.run(['python3', '-c', 'bytearray(1 << 30)'], check=True)";
  expect(await run(child)).toMatchObject({ success: false, code: 'OUT_OF_MEMORY', metadata: { oom: true } });
  expect((await run('1 + 1')).metadata).not.toHaveProperty('oom');
  expect(await value('2 + 2')).toBe('4');
  await kernel.stop();
  expect(await kernel.ended).toMatchObject({ how: 'stopped' });
});
