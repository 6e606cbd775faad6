#: the old way out of a chroot, and pivot_root
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
got = []
os.mkdir('/tmp/jail')
try: os.chroot('/tmp/jail'); got.append('chroot')
except PermissionError: pass
ctypes.set_errno(0)
if libc.syscall(155 if os.uname().machine == 'x86_64' else 41, b'/tmp', b'/tmp/jail') != -1: got.append('pivot_root')
os.chdir('/' + '../' * 40)
if os.stat('.').st_ino != os.stat('/').st_ino: got.append('climbed out')
print(*got or ['held'], sep='\n')
