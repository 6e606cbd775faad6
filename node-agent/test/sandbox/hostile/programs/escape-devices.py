#: makes device nodes, and opens those of the host
import os, stat
got = []
for name, kind, major, minor in (('mem', stat.S_IFCHR, 1, 1), ('kmsg', stat.S_IFCHR, 1, 11), ('disk', stat.S_IFBLK, 254, 0),
                                 ('fuse', stat.S_IFCHR, 10, 229), ('tun', stat.S_IFCHR, 10, 200), ('loop', stat.S_IFBLK, 7, 0)):
    for folder in ('/tmp', '/dev', '/dev/shm'):
        try: os.mknod(f'{folder}/{name}', kind | 0o666, os.makedev(major, minor)); got.append(f'made {folder}/{name}')
        except OSError: pass
for name in ('mem', 'kmem', 'port', 'kmsg', 'kvm', 'fuse', 'net/tun', 'loop-control', 'sda', 'vda', 'nvme0', 'dri/card0', 'vsock',
             'vhost-net', 'snapshot', 'userfaultfd', 'bus/usb', 'snd/timer', 'input/event0', 'watchdog', 'console', 'tty', 'ptmx'):
    try: os.open(f'/dev/{name}', os.O_RDWR | os.O_NONBLOCK); got.append(f'opened {name}')
    except OSError: pass
known = {'core', 'fd', 'full', 'mqueue', 'null', 'ptmx', 'pts', 'random', 'shm', 'stderr', 'stdin', 'stdout', 'tty', 'urandom', 'zero'}
got += [f'/dev/{name}' for name in os.listdir('/dev') if name not in known]
print(*got or ['held'], sep='\n')
