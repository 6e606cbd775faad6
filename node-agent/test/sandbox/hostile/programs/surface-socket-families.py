#: opens a socket of every family and type: vsock, packet, alg, bluetooth, can, tipc and the rest
import errno, socket
fine = {(1, 1), (1, 2), (1, 3), (1, 5), (2, 1), (2, 2), (10, 1), (10, 2), (16, 2), (16, 3)}
got = []
for family in range(0, 64):
    for kind in range(1, 7):
        try: socket.socket(family, kind).close()
        except OSError as e:
            if e.errno not in (errno.EPERM, errno.EACCES, errno.EAFNOSUPPORT, errno.ESOCKTNOSUPPORT, errno.EINVAL, errno.EPROTONOSUPPORT):
                got.append(f'{family}/{kind} {e}')
            continue
        if (family, kind) not in fine: got.append(f'{family}/{kind} opened')
for family in (38, 40, 17, 31, 29, 30, 44, 45):
    try: socket.socket(family, 5 if family == 38 else 2); got.append(f'{family} opened')
    except OSError as e:
        if e.errno != errno.EPERM: got.append(f'{family} reached the kernel: {e}')
for protocol in range(1, 23):
    try: socket.socket(16, 3, protocol); got.append(f'netlink {protocol}')
    except OSError as e:
        if e.errno != errno.EPERM: got.append(f'netlink {protocol} reached the kernel: {e}')
print(*got or ['held'], sep='\n')
