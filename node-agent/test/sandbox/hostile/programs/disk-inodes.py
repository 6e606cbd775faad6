#: empty files without end
import errno, os
count = 0
try:
    for at in range(100_000):
        os.close(os.open(f'/tmp/f{at}', os.O_CREAT | os.O_WRONLY))
        count += 1
except OSError as e: print('held' if e.errno == errno.ENOSPC and count <= 16_384 else f'{count} {e}')
else: print(f'{count} files')
