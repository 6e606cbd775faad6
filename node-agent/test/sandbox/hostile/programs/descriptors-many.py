#: opens files until there are no more descriptors
import errno, os, resource
count = 0
try:
    while count < 100_000:
        os.open('/dev/null', os.O_RDONLY)
        count += 1
except OSError as e:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    print('held' if e.errno == errno.EMFILE and count < 1024 and soft == hard else f'{count} {e} {soft} {hard}')
else: print(f'{count} files')
