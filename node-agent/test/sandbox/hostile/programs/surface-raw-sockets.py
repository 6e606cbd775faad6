#: forges packets
import socket
got = []
for family, kind, protocol in ((2, 3, 1), (2, 3, 6), (2, 3, 255), (10, 3, 58), (17, 3, 768), (17, 2, 768), (2, 2, 1)):
    try: socket.socket(family, kind, protocol)
    except OSError: continue
    # A ping socket needs no privilege on some hosts; without a network it reaches nobody.
    if (family, kind) != (2, 2): got.append(f'{family}/{kind}/{protocol}')
print(*got or ['held'], sep='\n')
