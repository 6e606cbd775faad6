#: a parent that no signal wakes, because its child borrowed its memory and does not give it back
#: ends timeout
#: says
import ctypes, platform
libc = ctypes.CDLL(None)
clone = 56 if platform.machine() == 'x86_64' else 220
# CLONE_VM | CLONE_VFORK | SIGCHLD
if libc.syscall(clone, 0x4111, 0, 0, 0, 0) == 0:
    while True: libc.pause()
