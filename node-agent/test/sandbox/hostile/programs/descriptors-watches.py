#: takes what the kernel counts by user: inotify watches, pending signals, locks, timers, epolls
import ctypes, os, signal
libc = ctypes.CDLL(None, use_errno=True)
fds = []
while (fd := libc.inotify_init1(0)) != -1: fds.append(fd)
for fd in fds[:10]: os.close(fd)
signal.pthread_sigmask(signal.SIG_BLOCK, range(34, 64))
value = ctypes.c_void_p(1)
queued = 0
while queued < 100_000 and libc.sigqueue(os.getpid(), 40, value) == 0: queued += 1
timers = 0
timer = ctypes.c_void_p()
while timers < 100_000 and libc.timer_create(1, None, ctypes.byref(timer)) == 0: timers += 1
got = []
if len(fds) > 1024: got.append(f'{len(fds)} inotify instances')
if queued > 256: got.append(f'{queued} signals')
if timers > 256: got.append(f'{timers} timers')
print(*got or ['held'], sep='\n')
