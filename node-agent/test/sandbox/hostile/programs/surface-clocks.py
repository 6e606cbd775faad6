#: sets the machine's clock
import ctypes, errno, platform, time
libc = ctypes.CDLL(None, use_errno=True)
got = []
for clock in (0, 1, 7, 11):
    try: time.clock_settime(clock, 1.0); got.append(f'clock {clock}')
    except OSError: pass
times = (ctypes.c_long * 2)(1, 1)
for name, args in (('settimeofday', (times, None)), ('adjtimex', ((ctypes.c_char * 256)(0xff, 0x7f),))):
    ctypes.set_errno(0)
    if getattr(libc, name)(*args) != -1 or ctypes.get_errno() != errno.EPERM: got.append(name)
if time.time() < 1_700_000_000: got.append('the clock moved')
print(*got or ['held'], sep='\n')
