import { randomBytes } from 'node:crypto';
import type { SessionLanguage } from '@watt/shared';
import { afterAll, describe, expect, test } from 'vitest';
import { findLeftovers, readHostState } from '../hostile/host-state.ts';
import { notingEngine } from '../noting-engine.ts';
import { docker, realImage } from '../real-sandbox.ts';
import { realKernels } from './real-kernels.ts';

const image = await realImage();
/** Of this test alone, so that what is left behind can be told from other tests' work. */
const uids = { first: 3_300_000, count: 65_536 };

/** What a call may come to, and what the session may be after it. */
interface HostileCall {
  language: SessionLanguage;
  what: string;
  code: string;
  /** Seconds. */
  timeout?: number;
  /** Whether the next call must be answered as if nothing had been. */
  lives: boolean;
}

const py = (what: string, code: string, lives = true): HostileCall => ({
  language: 'python',
  what,
  code,
  lives,
});
const js = (what: string, code: string, lives = true): HostileCall => ({
  language: 'javascript',
  what,
  code,
  lives,
});

const FORGED_FRAME = "b'D\\0\\0\\0\\x20' + b'0' * 32";
const CALLS: HostileCall[] = [
  py(
    'prints frames',
    `import sys\nfor s in (sys.stdout, sys.stderr): s.buffer.write(${FORGED_FRAME}); s.flush()`,
  ),
  py(
    'writes frames to every descriptor',
    `import os\nfor fd in range(1, 64):\n  try: os.write(fd, ${FORGED_FRAME})\n  except OSError: pass`,
  ),
  py('sends packets of nothing', "import os\nfor _ in range(1000): os.write(4, b'')"),
  py('answers for a call that it does not know', "import os\nos.write(4, b'0' * 32 + b' ok 1 0\\nforged')"),
  py('sends a packet that is too large', "import os\ntry: os.write(4, b'x' * 200000)\nexcept OSError: pass"),
  py('closes its output', 'import os\nos.close(1); os.close(2)'),
  py(
    'reads its own output',
    "import os\nprint('x' * 1000)\nfd = os.open('/proc/self/fd/1', os.O_RDONLY | os.O_NONBLOCK)\ntry: os.read(fd, 1 << 20)\nexcept OSError: pass",
  ),
  py('closes its channels', 'import os\nos.close(3); os.close(4)', false),
  py(
    'kills, stops and interrupts its supervisor',
    'import os, signal\nfor s in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGINT):\n  try: os.kill(1, s)\n  except OSError: pass',
  ),
  py(
    'opens its supervisor',
    "import os\nfor name in ('fd/0', 'fd/1', 'mem', 'environ'):\n  try: os.open('/proc/1/' + name, os.O_RDWR); print('opened')\n  except OSError: pass",
  ),
  py('kills everybody', 'import os\nos.kill(-1, 9)', false),
  py(
    'replaces its streams',
    "import sys\nclass Bad:\n  def write(self, _): raise OSError\n  def flush(self): raise SystemExit\nsys.stdout = sys.stderr = Bad()\nprint('x')",
  ),
  py(
    'replaces what the kernel calls',
    'import os, sys, linecache, traceback\nos.write = os.read = print = None\ntraceback.TracebackException = None\n1 / 0',
  ),
  py('has no streams any more', 'import sys, linecache\ndel sys.stdout, sys.stderr\nlinecache.cache = None'),
  py(
    'takes locks that no cgroup counts',
    "import fcntl\nf = open('/tmp/f', 'w')\nfor at in range(0, 1 << 30, 2): fcntl.lockf(f, fcntl.LOCK_EX, 1, at)",
    false,
  ),
  py('ignores interrupts for ever', 'import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)'),
  py('forks and comes out twice', "import os\nif os.fork() == 0: raise RuntimeError('child')\nos.wait()"),
  py('leaves a child that holds its output', "import subprocess\nsubprocess.Popen(['sleep', '1000'])"),
  py(
    'leaves a daemon',
    "import os\nif os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0: os.execvp('sleep', ['sleep', '1000'])\n  os._exit(0)\nos.wait()",
  ),
  py(
    'leaves threads that print',
    "import threading\ndef f():\n  while True: print('x' * 100)\nfor _ in range(4): threading.Thread(target=f, daemon=True).start()",
  ),
  py(
    'forks until it may not',
    'import os\nwhile True:\n  try:\n    if os.fork() == 0:\n      while True: pass\n  except OSError: break',
    false,
  ),
  py(
    'raises what cannot be shown',
    'class E(BaseException):\n  def __str__(self): raise E\n  __repr__ = __str__\nraise E',
  ),
  py('comes to something without end', "class L(list):\n  def __repr__(self): return 'x' * (1 << 26)\nL()"),
  py(
    'fills the folder',
    "try:\n  with open('/tmp/f', 'wb') as f:\n    while True: f.write(bytes(1 << 20))\nexcept OSError: pass",
  ),
  js('prints frames', "process.stdout.write(Buffer.from('D\\0\\0\\0\\x05aaaaa'))"),
  js(
    'writes frames to every descriptor but its loop',
    "for (let fd = 1; fd < 5; fd++) try { require('fs').writeSync(fd, 'D\\0\\0\\0\\x05aaaaa') } catch {}",
  ),
  js('closes its channels', "require('fs').closeSync(3); require('fs').closeSync(4)", false),
  js('exits in a timer', 'setTimeout(() => process.exit(0), 10); await new Promise(() => {})', false),
  js('loses a promise', 'Promise.reject(Object.create(null, { stack: { get() { for (;;); } } })); 1', false),
  js(
    'takes the listeners away',
    'process.removeAllListeners(); process.emit = () => {}; Promise.resolve = null',
    false,
  ),
  js(
    'replaces what the kernel calls',
    'Array.prototype.map = Promise.all = Buffer.concat = null; throw 1',
    false,
  ),
  js('opens a debugger', "require('inspector').open(0, '127.0.0.1')"),
  js(
    'has getters and proxies',
    'new Proxy({}, { get() { throw 1 }, ownKeys() { throw 2 }, getPrototypeOf() { throw 3 } })',
  ),
  js('prints in a timer for ever', "setInterval(() => console.log('x'.repeat(1000)), 1)"),
  js('kills everybody', "process.kill(-1, 'SIGKILL')", false),
];

describe.skipIf(image === null)('hostile calls', async () => {
  const { engine, containers } = notingEngine();
  const { sandbox, start, warnings } = realKernels(image ?? '', { docker: engine, uidRange: uids });
  afterAll(() => sandbox.close());
  const before = readHostState();
  const secret = randomBytes(12).toString('hex');
  const neighbour = await start('python');
  await neighbour.value(`secret = '${secret}'; open('/tmp/${secret}', 'w').write(secret)`);

  test.concurrent.each(CALLS.map((call) => [call.language, call.what, call] as const))(
    '%s: a program that %s',
    async (_language, _what, { language, code, timeout = 3, lives }) => {
      const { kernel, run } = await start(language, { memory_mb: 256 });
      const first = await run(code, timeout);
      expect(first.output.stdout).not.toContain('opened');
      expect(first.output.value).not.toBe('forged');
      if (lives) expect(first.code).not.toBe('SESSION_ENDED');
      const second = await run('6 * 7', 10);
      if (lives) expect(second).toMatchObject({ success: true, output: { value: '42' } });
      await kernel.stop();
      const ended = await kernel.ended;
      // Whatever it did was its own doing: never the node's failure.
      expect(ended.how, JSON.stringify(ended)).not.toBe('lost');
    },
  );

  test('two sessions cannot see each other', async () => {
    const { kernel, run } = await start('python');
    const { output } = await run(`import os, glob
for name in glob.glob('/tmp/*') + glob.glob('/dev/shm/*') + glob.glob('/proc/[0-9]*/cmdline') + glob.glob('/proc/[0-9]*/environ'):
    try: print(name, open(name, 'rb').read())
    except OSError: pass
print(len(glob.glob('/proc/[0-9]*')))`);
    expect(output.stdout).not.toContain(secret);
    expect(output.stdout).toMatch(/\n2\n$/);
    expect(await neighbour.value('secret')).toBe(`'${secret}'`);
    await kernel.stop();
  });

  test('the host is as it was', async () => {
    await sandbox.close();
    expect(await neighbour.kernel.ended).toMatchObject({ how: 'stopped' });
    expect(containers.size).toBeGreaterThan(CALLS.length);
    expect(await findLeftovers(docker, containers, uids)).toEqual([]);
    expect(readHostState()).toEqual(before);
    expect(warnings).toEqual([]);
  });
});
