#: mounts, binds, remounts and unmounts whatever it can name
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
got = []
def tries(name, *args):
    ctypes.set_errno(0)
    if getattr(libc, name)(*args) != -1 or ctypes.get_errno() != errno.EPERM: got.append(f'{name} {args} {ctypes.get_errno()}')
for kind in (b'tmpfs', b'proc', b'sysfs', b'overlay', b'cgroup', b'cgroup2', b'devpts', b'mqueue', b'debugfs', b'fuse'):
    tries('mount', b'none', b'/tmp', kind, 0, None)
tries('mount', b'/proc/1/root', b'/tmp', None, 4096, None)
tries('mount', b'none', b'/', None, 32, None)
tries('umount2', b'/proc/kcore', 2)
tries('umount2', b'/dev/pts', 2)
print(*got or ['held'], sep='\n')
