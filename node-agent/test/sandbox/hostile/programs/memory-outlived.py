#: children die of memory and their parent goes on: its end is its own, and what happened is said
#: ends exit 0
#: flags oom
import os
killed = 0
for _ in range(3):
    pid = os.fork()
    if pid == 0:
        open('/proc/self/oom_score_adj', 'w').write('1000')
        kept = bytearray(400 << 20)
        os._exit(0)
    killed += os.waitpid(pid, 0)[1] == 9
print('held' if killed == 3 else f'{killed} of 3 were killed')
