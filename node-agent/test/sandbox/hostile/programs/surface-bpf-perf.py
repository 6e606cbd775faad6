#: runs programs in the kernel and counts its events
import ctypes, errno, platform
libc = ctypes.CDLL(None, use_errno=True)
x64 = platform.machine() == 'x86_64'
attr = (ctypes.c_char * 128)()
got = []
for name, number, args in (('bpf', 321 if x64 else 280, (0, attr, 128)), ('bpf', 321 if x64 else 280, (5, attr, 128)),
                           ('perf_event_open', 298 if x64 else 241, (attr, 0, -1, -1, 0)),
                           ('userfaultfd', 323 if x64 else 282, (1,)), ('fanotify_init', 300 if x64 else 262, (0, 0)),
                           ('fanotify_mark', 301 if x64 else 263, (0, 0, 0, 0, 0)), ('memfd_secret', 447, (0x7fffffff,))):
    ctypes.set_errno(0)
    if libc.syscall(number, *args) != -1 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS, errno.EINVAL if name == 'memfd_secret' else 0):
        got.append(f'{name} {ctypes.get_errno()}')
print(*got or ['held'], sep='\n')
