#: every signal to PID 1, in every way
import ctypes, os, platform, signal
libc = ctypes.CDLL(None, use_errno=True)
tgkill = 234 if platform.machine() == 'x86_64' else 131
for number in range(1, 65):
    for attempt in (lambda: os.kill(1, number), lambda: libc.syscall(tgkill, 1, 1, number), lambda: libc.sigqueue(1, number, None),
                    lambda: signal.pidfd_send_signal(os.pidfd_open(1), number)):
        try: attempt()
        except OSError: pass
print('held')
