#: fills /dev/shm
import errno
written = 0
try:
    for at in range(1000):
        with open(f'/dev/shm/{at}', 'wb', 0) as f: written += f.write(bytes(1 << 20))
except OSError as e:
    print('held' if e.errno == errno.ENOSPC and written <= 16 << 20 else f'{written} {e}')
else: print(f'{written} bytes')
