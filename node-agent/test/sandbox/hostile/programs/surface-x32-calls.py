#: calls the kernel by the numbers of the x32 programs, which no list of names covers
#: ends exit 0 or signal SIGSYS
import ctypes, errno, platform
print('held', flush=True)
libc = ctypes.CDLL(None, use_errno=True)
if platform.machine() == 'x86_64':
    answer = libc.syscall(0x40000000 | 41, 38, 5, 0)
    if answer != -1 or ctypes.get_errno() not in (errno.ENOSYS, errno.EPERM): print(f'x32 answered {answer}')
