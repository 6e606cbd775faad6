#: cloud metadata, the host, its LAN, the internet, by TCP, UDP and name
import errno, socket
got = []
hosts = ['169.254.169.254', '169.254.170.2', '100.100.100.200', '192.168.0.1', '192.168.1.1', '10.0.0.1', '172.17.0.1', '172.18.0.1',
         '1.1.1.1', '255.255.255.255', '224.0.0.1', *'@HOSTS@'.split()]
for host in hosts:
    for port in (80, 443, 2375, int('@PORT@')):
        try: socket.create_connection((host, port), 1); got.append(f'connected {host}:{port}')
        except OSError as e:
            if e.errno not in (errno.ENETUNREACH, errno.EACCES, errno.EHOSTUNREACH): got.append(f'{host}:{port} {e}')
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', (host, 53))
        got.append(f'sent to {host}')
    except OSError: pass
for host in ('fd00:ec2::254', 'fe80::1%lo', 'ff02::1', '2606:4700:4700::1111', '::ffff:169.254.169.254'):
    try: socket.create_connection((host, 80), 1); got.append(f'connected {host}')
    except OSError: pass
for name in ('metadata.google.internal', 'host.docker.internal', 'gateway.docker.internal', 'example.com', 'router.lan'):
    try: got.append(f'{name} is {socket.gethostbyname(name)}')
    except OSError: pass
print(*got or ['held'], sep='\n')
