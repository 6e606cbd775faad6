#: looks for a folder of the host among the descriptors and working folders it was started with, as CVE-2024-21626 left one
import os
got = []
root = os.stat('/')
for fd in sorted(map(int, os.listdir('/proc/self/fd'))):
    try: target = os.readlink(f'/proc/self/fd/{fd}')
    except FileNotFoundError: continue
    if not target.startswith(('pipe:', '/memfd:stdin', '/dev/null', '/proc/', '/tmp/main')): got.append(f'{fd} is {target}')
    try: names = os.listdir(f'/proc/self/fd/{fd}/../../..')
    except OSError: continue
    if 'main.py' not in names and set(names) != set(os.listdir('/')): got.append(f'{fd} leads to {names}')
if os.readlink('/proc/self/cwd') != '/tmp': got.append('cwd ' + os.readlink('/proc/self/cwd'))
for link in ('/proc/self/root', '/proc/thread-self/root'):
    if os.stat(link).st_ino != root.st_ino: got.append(link)
print(*got or ['held'], sep='\n')
