#: files in memory that no folder has
#: ends oom
#: says
import os
while True:
    fd = os.memfd_create('x')
    for _ in range(15): os.write(fd, bytes(4 << 20))
