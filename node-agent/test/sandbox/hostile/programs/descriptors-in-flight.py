#: hides descriptors inside of sockets that are inside of sockets
#: ends exit 0 or oom
#: says
import array, os, socket
pairs = [socket.socketpair() for _ in range(50)]
sent = 0
try:
    for _ in range(20_000):
        for left, right in pairs:
            left.setblocking(False)
            fds = array.array('i', [right.fileno()] * 250)
            try: left.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
            except BlockingIOError: continue
            sent += 250
except OSError: pass
