#: POSIX message queues, which are counted by user and not by job
import ctypes, errno, os, platform
libc = ctypes.CDLL(None, use_errno=True)
x64 = platform.machine() == 'x86_64'
got = []
for name, number in (('mq_open', 240 if x64 else 180), ('mq_unlink', 241 if x64 else 181), ('mq_notify', 244 if x64 else 184)):
    ctypes.set_errno(0)
    if libc.syscall(number, b'left', 0o102, 0o600, 0) != -1 or ctypes.get_errno() != errno.EPERM: got.append(f'{name} {ctypes.get_errno()}')
try:
    open('/dev/mqueue/left', 'w')
    got.append('/dev/mqueue')
except OSError: pass
print(*got or ['held'], sep='\n')
