#: enters the namespaces of other processes, and of its own again
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
got = []
for pid in ('1', 'self'):
    for kind in ('mnt', 'net', 'pid', 'user', 'uts', 'ipc', 'cgroup', 'time'):
        try: fd = os.open(f'/proc/{pid}/ns/{kind}', os.O_RDONLY)
        except OSError: continue
        if pid == '1': got.append(f'opened the {kind} of PID 1')
        ctypes.set_errno(0)
        if libc.setns(fd, 0) != -1 or ctypes.get_errno() != errno.EPERM: got.append(f'setns {kind}')
        os.close(fd)
print(*got or ['held'], sep='\n')
