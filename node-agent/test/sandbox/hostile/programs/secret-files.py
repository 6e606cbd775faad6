#: reads every file that it can read, in search of a secret of the host or of its neighbour
import os
marks = [mark.encode() for mark in ('@CANARY@', '@NEIGHBOUR@')]
got, mine = [], os.path.realpath(__file__)
for top in ('/etc', '/tmp', '/run', '/var', '/opt', '/srv', '/mnt', '/media', '/dev/shm', '/dev/mqueue', '/proc'):
    for folder, folders, names in os.walk(top):
        folders[:] = [name for name in folders if name not in ('task', 'fd', 'map_files', 'sys', 'net')]
        if folder.startswith(f'/proc/{os.getpid()}') or folder.startswith(('/proc/self', '/proc/thread-self')): continue
        for name in names:
            path = f'{folder}/{name}'
            if path == mine or name in ('mem', 'pagemap', 'kmsg'): continue
            try:
                fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
                text = os.read(fd, 1 << 16)
                os.close(fd)
            except OSError: continue
            got += [f'{path}' for mark in marks if mark in text]
print(*got or ['held'], sep='\n')
