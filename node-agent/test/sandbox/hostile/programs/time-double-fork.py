#: forks twice, so that its grandchild belongs to PID 1, and ends
#: timeout 20
import os, signal, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True: signal.pause()
    os._exit(0)
os.wait()
print('held', flush=True)
