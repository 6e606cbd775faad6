#: System V shared memory, which outlives the processes that made it
#: ends oom or exit 0
#: says
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
while True:
    key = libc.shmget(0, 16 << 20, 0o1600)
    if key == -1: break
    place = libc.shmat(key, None, 0)
    if place in (None, ctypes.c_void_p(-1).value): break
    ctypes.memset(place, 1, 16 << 20)
