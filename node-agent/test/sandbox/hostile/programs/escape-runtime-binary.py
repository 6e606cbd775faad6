#: overwrites the program that started it, as CVE-2019-5736 did with runc
import glob, os
got = []
for path in ['/proc/self/exe', '/proc/1/exe', '/usr/lib/watt/supervisor', '/usr/bin/python3', *glob.glob('/proc/[0-9]*/exe')]:
    for flags in (os.O_WRONLY, os.O_RDWR | os.O_TRUNC, os.O_WRONLY | os.O_APPEND):
        try: os.open(path, flags); got.append(f'opened {path} for writing')
        except OSError: pass
print(*got or ['held'], sep='\n')
