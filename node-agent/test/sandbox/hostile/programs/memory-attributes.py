#: hides data in the extended attributes of one file, which no size of a folder counts
#: ends exit 0 or oom
#: says held|^$
import os
open('/tmp/file', 'w').close()
kept = 0
for name in ('user', 'security', 'trusted', 'system'):
    try:
        for number in range(10_000):
            os.setxattr('/tmp/file', f'{name}.{number}', bytes(60_000))
            kept += 60_000
    except OSError: pass
print('held' if kept < 128 << 20 else f'{kept >> 20} MB')
