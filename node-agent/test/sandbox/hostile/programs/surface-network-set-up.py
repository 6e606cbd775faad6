#: gives itself interfaces, addresses and routes
import errno, fcntl, socket, struct
got = []
link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
link.bind((0, 0))
def asks(kind, body):
    link.send(struct.pack('IHHII', 16 + len(body), kind, 5 | 0x400, 1, 0) + body)
    link.settimeout(2)
    answer = link.recv(4096)
    return -struct.unpack('i', answer[16:20])[0]
for name, kind, body in (('dummy link', 16, struct.pack('BBHiII', 0, 0, 0, 0, 0, 0)), ('link up', 19, struct.pack('BBHiII', 0, 0, 0, 1, 1, 1)),
                         ('address', 20, struct.pack('BBBBI', 2, 24, 0, 0, 1) + struct.pack('HH4s', 8, 2, bytes([10, 9, 8, 7]))),
                         ('route', 24, struct.pack('BBBBBBBBI', 2, 0, 0, 0, 254, 3, 0, 1, 0))):
    code = asks(kind, body)
    if code != errno.EPERM: got.append(f'{name} {errno.errorcode.get(code, code)}')
for request in (0x8914, 0x8916, 0x8924, 0x890B, 0x8955):
    try: fcntl.ioctl(socket.socket(), request, struct.pack('16s24s', b'lo', b'')); got.append(f'ioctl {request:x}')
    except OSError: pass
print(*got or ['held'], sep='\n')
