#: the kernel's own memory: pipes and sockets that are full and never read
#: ends exit 0 or oom
#: says
import fcntl, os, socket
ends = []
try:
    while True:
        out, into = os.pipe()
        ends.append((out, into))
        os.set_blocking(into, False)
        try: fcntl.fcntl(into, 1031, 1 << 20)
        except OSError: pass
        try:
            while True: os.write(into, bytes(1 << 16))
        except BlockingIOError: pass
except OSError: pass
for out, into in ends[:100]: os.close(out), os.close(into)
pairs = []
try:
    while True:
        pair = socket.socketpair()
        pairs.append(pair)
        pair[0].setblocking(False)
        pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 24)
        try:
            while True: pair[0].send(bytes(1 << 16))
        except BlockingIOError: pass
except OSError: pass
