#: a hundred megabytes on each stream, then an exit code of its own
#: ends exit 7
#: says
#: flags stdout_truncated stderr_truncated
import os, threading
def flood(fd):
    block = bytes(range(32, 96)) * 1024
    for _ in range(1600): os.write(fd, block)
threads = [threading.Thread(target=flood, args=(fd,)) for fd in (1, 2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
os._exit(7)
