#: whatever runs under its uid must be its own
import os
got = []
for name in os.listdir('/proc'):
    if not name.isdigit() or int(name) in (1, os.getpid()): continue
    try:
        if os.stat(f'/proc/{name}').st_uid == os.getuid(): got.append(f'process {name}')
    except OSError: pass
if os.getuid() < 1000 or os.getuid() == 65534: got.append(f'uid {os.getuid()}')
print(*got or ['held'], sep='\n')
