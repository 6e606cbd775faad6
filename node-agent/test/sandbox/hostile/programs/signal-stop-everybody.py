#: stops its whole family, and its group
#: ends timeout
#: says
import os, signal
for _ in range(10):
    if os.fork() == 0: break
os.kill(0, signal.SIGSTOP)
while True: os.kill(-1, signal.SIGSTOP)
