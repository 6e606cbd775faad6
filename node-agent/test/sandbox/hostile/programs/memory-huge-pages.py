#: asks for huge pages, which the memory limit may not count
import ctypes, errno, mmap, os
libc = ctypes.CDLL(None, use_errno=True)
got = []
for size in (0, 21 << 26, 30 << 26):
    file = libc.memfd_create(b'huge', 4 | size)
    if file < 0: continue
    try:
        os.ftruncate(file, 1 << 21)
        memory = mmap.mmap(file, 1 << 21)
        memory[0] = 1
        got.append(f'a huge file of kind {size >> 26}')
    except (OSError, ValueError): pass
try:
    memory = mmap.mmap(-1, 1 << 21, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000)
    memory[0] = 1
    got.append('a huge page')
except (OSError, ValueError): pass
print(*got or ['held'], sep='\n')
