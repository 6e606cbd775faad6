#: leaves something in the kernel's keyrings, which outlive the job
import ctypes, errno, platform
libc = ctypes.CDLL(None, use_errno=True)
x64 = platform.machine() == 'x86_64'
got = []
for name, number, args in (('add_key', 248 if x64 else 217, (b'user', b'left', b'behind', 6, -4)),
                           ('request_key', 249 if x64 else 218, (b'user', b'left', None, -4)),
                           ('keyctl', 250 if x64 else 219, (1, 0, 0, 0))):
    ctypes.set_errno(0)
    if libc.syscall(number, *args) != -1 or ctypes.get_errno() != errno.EPERM: got.append(f'{name} {ctypes.get_errno()}')
if open('/proc/keys').read(): got.append('read /proc/keys')
print(*got or ['held'], sep='\n')
