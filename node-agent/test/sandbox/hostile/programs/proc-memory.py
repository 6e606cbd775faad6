#: the machine's memory, as files
import os
got = []
for path in ('/proc/kcore', '/proc/kmem', '/dev/mem', '/dev/kmem', '/dev/port', '/proc/1/mem', '/proc/kpageflags', '/proc/vmcore'):
    try:
        if os.read(os.open(path, os.O_RDONLY), 64): got.append(path)
    except OSError: pass
print(*got or ['held'], sep='\n')
