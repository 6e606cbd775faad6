#: opens files of the host by handle, as shocker did
import ctypes, errno, platform
libc = ctypes.CDLL(None, use_errno=True)
x64 = platform.machine() == 'x86_64'
got = []
handle = (ctypes.c_char * 64)(8, 0, 0, 0, 1, 0, 0, 0, 2)
mount = ctypes.c_int()
for name, number, args in (('name_to_handle_at', 303 if x64 else 264, (-100, b'/', handle, ctypes.byref(mount), 0)),
                           ('open_by_handle_at', 304 if x64 else 265, (-100, handle, 0))):
    ctypes.set_errno(0)
    if libc.syscall(number, *args) != -1 or ctypes.get_errno() != errno.EPERM: got.append(f'{name} {ctypes.get_errno()}')
print(*got or ['held'], sep='\n')
