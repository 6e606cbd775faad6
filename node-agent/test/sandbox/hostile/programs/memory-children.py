#: many small children instead of one large one
#: ends oom or timeout
#: says
import os, time
for _ in range(20):
    if os.fork() == 0:
        kept = bytearray(16 << 20)
        time.sleep(30)
        os._exit(0)
kept = bytearray(200 << 20)
