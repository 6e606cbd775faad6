#: has the whole host write its disks
import ctypes, os, platform
libc, x64 = ctypes.CDLL(None), platform.machine() == 'x86_64'
got = [name for name, number in (('sync', 162 if x64 else 81), ('syncfs', 306 if x64 else 267)) if libc.syscall(number, os.open('/', os.O_RDONLY)) == 0]
print(*got or ['held'], sep='\n')
