#: connects to sockets without a file, by which CVE-2020-15257 reached containerd's shims
import socket
got = [line.split()[-1] for line in open('/proc/net/unix') if '@' in line]
for name in ('containerd-shim/moby/x/shim.sock@', 'containerd-shim', '/org/freedesktop/systemd1', '/tmp/.X11-unix/X0', '/tmp/dbus-x'):
    try: socket.socket(socket.AF_UNIX).connect('\0' + name); got.append(f'connected {name}')
    except OSError: pass
print(*got or ['held'], sep='\n')
