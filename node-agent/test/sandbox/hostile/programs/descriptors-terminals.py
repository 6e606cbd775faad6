#: takes the pseudo-terminals, of which the whole host has only so many
import os
got = []
try:
    for _ in range(5_000): os.openpty(); got = ['a terminal']
except OSError: pass
for path in ('/dev/ptmx', '/dev/pts/ptmx', '/dev/tty', '/dev/console'):
    try: os.open(path, os.O_RDWR); got.append(path)
    except OSError: pass
print(*got or ['held'], sep='\n')
