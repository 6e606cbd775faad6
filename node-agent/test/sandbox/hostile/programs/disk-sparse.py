#: files that claim to be larger than any disk
import errno
got = []
for size in (1 << 30, 1 << 40, 1 << 62):
    try:
        with open('/tmp/sparse', 'wb') as f: f.truncate(size)
        got.append(f'{size} bytes')
    except OSError as e:
        if e.errno not in (errno.EFBIG, errno.ENOSPC, errno.EINVAL): got.append(str(e))
try:
    import os
    fd = os.open('/tmp/sparse', os.O_CREAT | os.O_WRONLY)
    os.posix_fallocate(fd, 0, 1 << 31)
    got.append('allocated')
except OSError: pass
print(*got or ['held'], sep='\n')
