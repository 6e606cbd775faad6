import { LIMIT_NAMES, type LimitName, type LimitProof, limitProof } from './limit-proof.ts';

export interface ProbeBounds {
  pids: number;
  /** Size of /tmp in the probe's container. */
  tmpMb: number;
  tmpInodes: number;
}

/**
 * A Python program that runs into every limit which it survives, and says of each, on a line of its own, whether it held and what
 * it met. Where a limit is missing it takes little more than the limit would have left it, so that the proof harms no machine.
 */
export function limitsProgram({ pids, tmpMb, tmpInodes }: ProbeBounds): string {
  return `
import ctypes, errno, os, platform, socket, time
def tell(name, held, said): print(name, 'yes' if held else 'no', said, sep='\\t', flush=True)
def code(e): return errno.errorcode.get(e.errno, str(e))

try:
    socket.create_connection(('192.0.2.1', 80), 2)
    tell('network', False, 'connected to 192.0.2.1')
except OSError as e:
    tell('network', e.errno == errno.ENETUNREACH, f'a connection to 192.0.2.1: {code(e)}')

try:
    os.mkdir('/usr/probe')
    tell('readOnlyRoot', False, 'made a folder in /usr')
except OSError as e:
    tell('readOnlyRoot', e.errno == errno.EROFS, f'a new folder in /usr: {code(e)}')

status = dict(line.split(':', 1) for line in open('/proc/self/status') if ':' in line)
caps = [int(status[name], 16) for name in ('CapPrm', 'CapEff', 'CapBnd', 'CapInh')]
uids, calm = set(status['Uid'].split()), status['NoNewPrivs'].strip() == '1'
tell('privileges', '0' not in uids and not any(caps) and calm,
     f"uid {os.getuid()}, capabilities {max(caps):x}, no-new-privileges {'on' if calm else 'off'}")

try:
    os.openpty()
    tell('terminals', False, 'opened a pseudo-terminal')
except OSError as e:
    tell('terminals', True, f'a pseudo-terminal: {code(e)}')

written, said = 0, 'never full'
try:
    for at in range(${Math.ceil(tmpMb / 4) + 4}):
        with open(f'/tmp/fill{at}', 'wb', 0) as f: written += f.write(bytes(4 << 20))
except OSError as e: said = code(e)
tell('disk', said == 'ENOSPC' and written <= ${tmpMb} << 20, f'/tmp of ${tmpMb} MB: {said} after {written >> 20} MB')
for name in os.listdir('/tmp'):
    if name.startswith('fill'): os.unlink(f'/tmp/{name}')

made, said = 0, 'never full'
try:
    for at in range(${tmpInodes + 64}):
        os.close(os.open(f'/tmp/node{at}', os.O_CREAT | os.O_WRONLY))
        made += 1
except OSError as e: said = code(e)
tell('inodes', said == 'ENOSPC' and made <= ${tmpInodes}, f'/tmp of ${tmpInodes} files: {said} after {made}')

libc, x64 = ctypes.CDLL(None, use_errno=True), platform.machine() == 'x86_64'
open_calls = []
for name, number, first in (('io_uring_setup', 425, 1), ('bpf', 321 if x64 else 280, 0), ('keyctl', 250 if x64 else 219, 0),
                            ('userfaultfd', 323 if x64 else 282, 0), ('unshare', 272 if x64 else 97, 0x10000000)):
    ctypes.set_errno(0)
    libc.syscall(number, first, 0, 0, 0, 0)
    if ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS): open_calls.append(name)
for name in ('AF_ALG', 'AF_VSOCK'):
    try: socket.socket(getattr(socket, name), socket.SOCK_SEQPACKET if name == 'AF_ALG' else socket.SOCK_STREAM)
    except OSError as e:
        if e.errno in (errno.EPERM, errno.EAFNOSUPPORT): continue
    open_calls.append(name)
tell('kernelSurface', not open_calls, f"let through: {', '.join(open_calls)}" if open_calls else '7 calls refused')

begun, said = 1, 'never refused'
try:
    for _ in range(${pids * 2}):
        if os.fork() == 0:
            time.sleep(30)
            os._exit(0)
        begun += 1
except OSError as e: said = code(e)
tell('pids', said == 'EAGAIN' and begun < ${pids}, f'a limit of ${pids} processes: {said} after {begun}')
`;
}

/** Reads what the program printed; a limit of which it said nothing was not held. */
export function parseProofs(text: string, names: readonly LimitName[]): LimitProof[] {
  const said = new Map(
    text.split('\n').flatMap((line) => {
      const [name, held, measured = ''] = line.split('\t');
      const known = LIMIT_NAMES.find((one) => one === name);
      return known === undefined ? [] : [[known, limitProof(known, held === 'yes', measured)]];
    }),
  );
  return names.map((name) => said.get(name) ?? limitProof(name, false, 'the probe did not get that far'));
}
