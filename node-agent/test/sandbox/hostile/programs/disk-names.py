#: links, long names and attributes, which take memory and no space
import os
got = []
count = 0
try:
    for at in range(40_000):
        os.symlink('x' * 4000, f'/tmp/{"n" * 200}{at}')
        count += 1
except OSError: pass
if count > 16_384: got.append(f'{count} links')
for name in ('trusted.x', 'security.capability', 'system.posix_acl_access'):
    try: os.setxattr('/tmp/main.py', name, b'x' * 20); got.append(name)
    except OSError: pass
print(*got or ['held'], sep='\n')
