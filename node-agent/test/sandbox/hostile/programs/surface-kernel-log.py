#: reads the kernel's log and its addresses
import ctypes, os, platform
libc = ctypes.CDLL(None, use_errno=True)
got = []
if libc.klogctl(3, ctypes.create_string_buffer(4096), 4096) != -1: got.append('syslog')
for path in ('/dev/kmsg', '/proc/kmsg', '/proc/kcore', '/proc/config.gz', '/proc/timer_list', '/proc/sched_debug', '/proc/vmallocinfo',
             '/proc/slabinfo', '/proc/kpagecount', '/proc/iomem', '/sys/kernel/debug/tracing/trace', '/sys/kernel/tracing/trace'):
    try: text = open(path, 'rb').read(4096)
    except OSError: continue
    if path == '/proc/iomem': text = b''.join(line for line in text.splitlines() if not line.strip().startswith(b'00000000-00000000'))
    if text and path != '/proc/config.gz': got.append(f'{path}: {len(text)} bytes')
symbols = open('/proc/kallsyms').read(4096).splitlines() if os.path.exists('/proc/kallsyms') else []
if any(int(line.split()[0], 16) for line in symbols): got.append('addresses in /proc/kallsyms')
print(*got or ['held'], sep='\n')
