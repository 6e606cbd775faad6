import { afterAll, describe, expect, test } from 'vitest';
import { realImage, realSandbox } from './real-sandbox.ts';

const image = await realImage();

/** Each program prints what it found; each line of `expected` must be in it. */
describe.skipIf(image === null)('what a hostile program finds', () => {
  const { sandbox, complete } = realSandbox(image ?? '');
  afterAll(() => sandbox.close());

  const python = async (code: string) => {
    const outcome = await complete('python', code, { timeout: 15, memory_mb: 256 });
    return outcome.output.stdout + outcome.output.stderr;
  };
  const bash = async (code: string) => (await complete('bash', code)).output.stdout;

  test('no network, by address or by name, and only a loopback of its own', async () => {
    const said = await python(`
import errno, os, socket
for address in ('192.0.2.1', '169.254.169.254', '172.17.0.1', '10.0.0.1'):
    try: socket.create_connection((address, 80), 2); print('connected', address)
    except OSError as e: print(errno.errorcode.get(e.errno))
try: socket.create_connection(('2001:db8::1', 80), 2); print('connected v6')
except OSError as e: print(errno.errorcode.get(e.errno))
try: socket.getaddrinfo('example.com', 80); print('resolved')
except OSError: print('unresolved')
print(os.listdir('/sys/class/net'))`);
    const lines = said.trim().split('\n');
    expect(lines.slice(0, 4)).toEqual(Array(4).fill('ENETUNREACH'));
    expect(lines[4]).toMatch(/^(ENETUNREACH|EADDRNOTAVAIL|EAFNOSUPPORT)$/);
    expect(lines[5]).toBe('unresolved');
    expect(lines[6]).toBe("['lo']");
  });

  test('a root that cannot be written, and nothing to run from /tmp', async () => {
    const said = await bash(`
for place in / /usr /usr/bin /etc /dev /var/tmp /home /root /proc/sys/kernel /sys; do
  (echo x > $place/watt-probe) 2>/dev/null && echo "written $place"
done
cp /usr/bin/true /tmp/t && chmod +x /tmp/t && /tmp/t && echo "ran from /tmp"
python3 -c 'import ctypes; print(ctypes.CDLL(None).mount(b"none", b"/tmp", b"tmpfs", 0, None))'
find / -xdev -perm /6000 2>/dev/null
echo end`);
    expect(said).toBe('-1\nend\n');
  });

  test('nobody’s secrets: environment, docker socket, host files', async () => {
    const said = await bash(`
env | sort | cut -d= -f1 | tr '\\n' ' '; echo
ls /var/run/docker.sock /run/docker.sock /var/lib/docker /run/secrets 2>/dev/null
cat /proc/1/environ 2>/dev/null; ls /proc/1/fd 2>/dev/null
cat /etc/shadow 2>/dev/null
grep -c : /etc/passwd
ls /proc | grep -c '^[0-9]'`);
    const [names, users, processes] = said.trim().split('\n');
    expect(names?.trim().split(' ')).toEqual(
      expect.arrayContaining(['HOME', 'LANG', 'PATH', 'PYTHONDONTWRITEBYTECODE', 'PYTHONUNBUFFERED']),
    );
    expect(names).not.toMatch(/NODE|WATT|KEY|TOKEN|SECRET|npm/i);
    expect(users).toBe('2');
    expect(Number(processes)).toBeLessThan(8);
  });

  test('no capabilities, no new privileges, a uid of its own', async () => {
    const read = () =>
      bash("grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr '\\t' ' '");
    const said = await read();
    expect(said).toContain('CapEff: 0000000000000000');
    expect(said).toContain('CapBnd: 0000000000000000');
    expect(said).toContain('NoNewPrivs: 1');
    expect(said).toContain('Seccomp: 2');
    const uid = (text: string) => Number(/Uid: (\d+)/.exec(text)?.[1]);
    expect(uid(said)).toBeGreaterThanOrEqual(2_000_000);
    expect(uid(await read())).not.toBe(uid(said));
  });

  test('system calls that the profile refuses', async () => {
    const said = await python(`
import ctypes, errno, os, platform, socket
libc = ctypes.CDLL(None, use_errno=True)
x64 = platform.machine() == 'x86_64'
calls = {'ptrace': 101 if x64 else 117, 'io_uring_setup': 425, 'bpf': 321 if x64 else 280, 'unshare': 272 if x64 else 97,
  'keyctl': 250 if x64 else 219, 'userfaultfd': 323 if x64 else 282, 'perf_event_open': 298 if x64 else 241,
  'open_by_handle_at': 304 if x64 else 265, 'process_vm_readv': 310 if x64 else 270, 'pidfd_getfd': 438,
  'mount': 165 if x64 else 40, 'init_module': 175 if x64 else 105}
for name, number in calls.items():
    ctypes.set_errno(0)
    got = libc.syscall(number, 0x10000000 if name == 'unshare' else 0, 0, 0, 0, 0)
    print(name, errno.errorcode.get(ctypes.get_errno(), got))
for family in (socket.AF_VSOCK, socket.AF_PACKET, socket.AF_ALG):
    try: socket.socket(family, socket.SOCK_RAW if family == socket.AF_PACKET else socket.SOCK_STREAM); print(family.name, 'opened')
    except OSError as e: print(family.name, errno.errorcode[e.errno])
limits = (ctypes.c_ulong * 2)(1, 1)
ctypes.set_errno(0)
print('prlimit of PID 1', libc.prlimit(1, 0, limits, None), errno.errorcode.get(ctypes.get_errno()))
try: os.openpty(); print('pty opened')
except OSError as e: print('pty', errno.errorcode[e.errno])`);
    const lines = said.trim().split('\n');
    expect(
      lines.slice(0, -2).filter((line) => !line.endsWith(' EPERM') && !line.startsWith('prlimit')),
    ).toEqual([]);
    expect(lines.slice(-2)).toEqual(['prlimit of PID 1 -1 EPERM', 'pty ENOENT']);
    expect(lines.length).toBe(17);
  });

  test.each([
    ['kill -9 -1', 'bash', 'kill -9 -1; echo alive; sleep 0.1'],
    ['kill -9 1', 'bash', 'kill -9 1; kill -STOP 1; kill -TERM 1; echo alive'],
    [
      'writing to the supervisor’s streams',
      'bash',
      'for n in 0 1 2; do echo forged > /proc/1/fd/$n; done 2>/dev/null; echo alive',
    ],
  ] as const)('%s does not touch the supervisor', async (_name, language, code) => {
    const outcome = await complete(language, code);
    expect(outcome.output.stdout).toBe('alive\n');
  });

  test('a job that stops itself is still ended on time', async () => {
    const outcome = await complete('bash', 'echo begun; kill -STOP $$', { timeout: 3 });
    expect(outcome).toMatchObject({ code: 'EXECUTION_TIMEOUT', output: { stdout: 'begun\n' } });
    expect(outcome.metadata.execution_ms).toBeLessThan(10_000);
  });

  test('nothing of one job is there for the next', async () => {
    await bash('echo secret > /tmp/left; echo secret > /dev/shm/left');
    expect(await bash('cat /tmp/left /dev/shm/left 2>/dev/null; ls /tmp')).toBe('main.sh\n');
  });

  test('what ordinary programs need does work', async () => {
    const said = await python(`
import json, math, multiprocessing, os, sqlite3, ssl, subprocess, tempfile, threading, zlib, zoneinfo
print(multiprocessing.get_context('fork').Pool(2).map(math.factorial, [3, 4]))
print(subprocess.run(['bash', '-c', 'echo sub'], capture_output=True, text=True).stdout.strip())
with tempfile.NamedTemporaryFile('w+') as f: f.write('x'); print(os.path.dirname(f.name))
print(sqlite3.connect(':memory:').execute('select 1 + 1').fetchone(), zoneinfo.ZoneInfo('Europe/Berlin').key)
t = threading.Thread(target=print, args=('thread',)); t.start(); t.join()`);
    expect(said).toBe('[6, 24]\nsub\n/tmp\n(2,) Europe/Berlin\nthread\n');
    const js = await complete(
      'javascript',
      `const { Worker } = require('worker_threads'); const { execSync } = require('child_process');
console.log(Object.keys(require('os').networkInterfaces()).join(), execSync('echo sub').toString().trim());
new Worker('require("worker_threads").parentPort.postMessage(6 * 7)', { eval: true }).on('message', (m) => console.log(m));`,
      { memory_mb: 256 },
    );
    expect(js.output).toEqual({ stdout: 'lo sub\n42\n', stderr: '', exit_code: 0 });
    expect(await bash('echo "[1,2]" | jq -c "map(.+1)"; echo "2^70" | bc; awk "BEGIN{print 1/4}"')).toBe(
      '[2,3]\n1180591620717411303424\n0.25\n',
    );
  });
});
