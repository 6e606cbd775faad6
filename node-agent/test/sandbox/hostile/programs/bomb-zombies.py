#: children that end at once and are never waited for
import errno, os
count = 0
try:
    for _ in range(1000):
        if os.fork() == 0: os._exit(0)
        count += 1
except OSError as e:
    print('held' if e.errno == errno.EAGAIN and count < 64 else f'{count} {e}')
else: print(f'{count} zombies')
