#: reads its own output back, blocks its pipe and makes it as large as it can
import fcntl, os
back = os.open('/proc/self/fd/1', os.O_RDONLY | os.O_NONBLOCK)
fcntl.fcntl(1, 1031, 1 << 20)
fcntl.fcntl(1, fcntl.F_SETFL, os.O_NONBLOCK | os.O_APPEND)
for _ in range(1000):
    try: os.read(back, 1)
    except BlockingIOError: pass
os.write(1, b'held\n')
