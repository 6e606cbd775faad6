#: puts its supervisor, which has its uid, behind everything else
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
got = []
param = (ctypes.c_int * 16)()
for name, call in (
    ('idle policy', lambda: libc.sched_setscheduler(1, 5, param)),
    ('batch policy', lambda: libc.sched_setscheduler(1, 3, param)),
    # The kernel reads 32 bits of the process id, a filter might compare 64.
    ('idle policy, wide', lambda: libc.syscall(144, ctypes.c_long((1 << 32) + 1), 5, param)),
    ('parameters', lambda: libc.sched_setparam(1, param)),
    ('attributes', lambda: libc.syscall(314, 1, (ctypes.c_uint * 12)(48, 5), 0)),
    ('niceness', lambda: libc.setpriority(0, 1, 19)),
    ('niceness of its group', lambda: libc.setpriority(1, 1, 19)),
    ('niceness of our user', lambda: libc.setpriority(2, 0, 19)),
    ('niceness of our user, by number', lambda: libc.setpriority(2, os.getuid(), 19)),
    ('input and output', lambda: libc.syscall(251, 1, 1, 3 << 13)),
    ('input and output of our user', lambda: libc.syscall(251, 3, os.getuid(), 3 << 13)),
):
    if call() == 0: got.append(name)
# What a program may do to itself still works.
os.setpriority(os.PRIO_PROCESS, 0, 19)
os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
print(*got or ['held'], sep='\n')
