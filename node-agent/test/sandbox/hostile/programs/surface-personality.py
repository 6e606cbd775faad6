#: turns off address randomisation and makes readable memory executable
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
got = []
for name, flag in {'ADDR_NO_RANDOMIZE': 0x40000, 'READ_IMPLIES_EXEC': 0x400000, 'MMAP_PAGE_ZERO': 0x100000, 'PER_BSD': 6}.items():
    ctypes.set_errno(0)
    if libc.personality(flag) != -1 or ctypes.get_errno() != errno.EPERM: got.append(name)
print(*got or ['held'], sep='\n')
