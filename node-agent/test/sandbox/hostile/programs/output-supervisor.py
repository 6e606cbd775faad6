#: writes to the supervisor's own streams, and reads its nonce
import glob, os
got = []
for path in ['/proc/1/mem', '/proc/1/environ', '/proc/1/maps', '/proc/1/auxv', '/proc/1/syscall', '/proc/1/stack', '/proc/1/io',
             '/proc/1/fd/0', '/proc/1/fd/1', '/proc/1/fd/2', '/proc/1/clear_refs', '/proc/1/pagemap', '/proc/1/fdinfo/0',
             '/proc/1/root/etc/passwd', '/proc/1/cwd/main.py', '/proc/1/exe', *glob.glob('/proc/1/task/*/mem')]:
    for flags in (os.O_RDONLY, os.O_WRONLY):
        try: os.read(os.open(path, flags | os.O_NONBLOCK), 1); got.append(f'opened {path}')
        except OSError: pass
for folder in ('/proc/1/fd', '/proc/1/map_files', '/proc/1/ns'):
    try: got += [os.readlink(f'{folder}/{name}') for name in os.listdir(folder)]
    except OSError: pass
print(*got or ['held'], sep='\n')
