#: reads, traces and compares other processes, its own children and PID 1 among them
import ctypes, errno, os, platform, signal, time
libc = ctypes.CDLL(None, use_errno=True)
x64 = platform.machine() == 'x86_64'
child = os.fork()
if child == 0:
    time.sleep(20)
    os._exit(0)
got = []
numbers = {'ptrace': 101 if x64 else 117, 'process_vm_readv': 310 if x64 else 270, 'process_vm_writev': 311 if x64 else 271,
           'kcmp': 312 if x64 else 272, 'pidfd_getfd': 438, 'process_madvise': 440, 'migrate_pages': 256 if x64 else 238,
           'move_pages': 279 if x64 else 239}
for pid in (1, child):
    for name, number in numbers.items():
        first = (16, pid) if name == 'ptrace' else (pid, pid)
        ctypes.set_errno(0)
        if libc.syscall(number, *first, 0, 0, 0, 0) != -1 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
            got.append(f'{name} of {"PID 1" if pid == 1 else "a child"} {ctypes.get_errno()}')
ctypes.set_errno(0)
if libc.syscall(numbers['ptrace'], 0, 0, 0, 0) != -1: got.append('ptrace of itself')
os.kill(child, signal.SIGKILL)
print(*got or ['held'], sep='\n')
