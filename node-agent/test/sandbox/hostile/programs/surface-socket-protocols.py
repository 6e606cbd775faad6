#: has the host load modules, or look for them, by sockets of kinds that it has not
import errno, socket
got = []
for family in (2, 10):
    for kind in range(1, 16):
        for protocol in (0, 1, 2, 6, 17, 33, 47, 58, 115, 132, 136, 255, 262, 999, 6 | 1 << 8):
            if (kind, protocol) in ((1, 0), (1, 6), (2, 0), (2, 17)): continue
            try: socket.socket(family, kind, protocol); got.append(f'{family}/{kind}/{protocol} opened')
            except OSError as e:
                if e.errno != errno.EPERM: got.append(f'{family}/{kind}/{protocol} reached the kernel: {e}')
print(*got or ['held'], sep='\n')
