#: threads until there are no more
import threading, time
count = 0
try:
    for _ in range(1000):
        threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
        count += 1
except RuntimeError: pass
print('held' if count < 64 else f'{count} threads', flush=True)
import os
os._exit(0)
