#: io_uring and the older asynchronous I/O, whose bugs filled years
import ctypes, errno, platform
libc = ctypes.CDLL(None, use_errno=True)
x64 = platform.machine() == 'x86_64'
calls = {'io_uring_setup': 425, 'io_uring_enter': 426, 'io_uring_register': 427, 'io_setup': 206 if x64 else 0,
         'io_submit': 209 if x64 else 2, 'io_pgetevents': 333 if x64 else 292, 'vmsplice': 278 if x64 else 75}
params = (ctypes.c_char * 256)()
got = []
for name, number in calls.items():
    ctypes.set_errno(0)
    if libc.syscall(number, 8, params, 0, 0, 0, 0) != -1 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
        got.append(f'{name} {ctypes.get_errno()}')
print(*got or ['held'], sep='\n')
