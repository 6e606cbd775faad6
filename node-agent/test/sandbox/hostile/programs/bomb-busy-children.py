#: sixty busy processes, which must not keep the supervisor from the clock
#: ends timeout
#: says
import os
for _ in range(60):
    try:
        if os.fork() == 0: break
    except OSError: break
while True: pass
