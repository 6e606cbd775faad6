#: takes all the timers and file locks that it is given
import ctypes, fcntl, struct
libc = ctypes.CDLL(None, use_errno=True)
timer = ctypes.c_int()
timers = 0
while timers < 100_000 and libc.syscall(222, 1, None, ctypes.byref(timer)) == 0: timers += 1
locked = open('/tmp/locked', 'w')
for at in range(500): fcntl.fcntl(locked, fcntl.F_SETLK, struct.pack('hhqqi', fcntl.F_WRLCK, 0, at * 2, 1, 0))
print('held' if timers < 1000 else f'{timers} timers')
