#: runs a program that no folder has: it gains nothing by it
#: says ^3\n$
import os
fd = os.memfd_create('program')
os.write(fd, open('/usr/bin/grep', 'rb').read())
os.fchmod(fd, 0o6755)
if os.fork() == 0: os.execve(fd, ['grep', '-cE', r'^(CapEff:\s0{16}|NoNewPrivs:\s1|Seccomp:\s2)$', '/proc/self/status'], {})
os.wait()
