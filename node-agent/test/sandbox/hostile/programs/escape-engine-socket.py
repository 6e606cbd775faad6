#: looks for the socket of a container engine or of the system, and talks to it
import os, socket, stat
got = []
for path in ('/var/run/docker.sock', '/run/docker.sock', '/run/containerd/containerd.sock', '/run/podman/podman.sock',
             '/run/crio/crio.sock', '/run/dbus/system_bus_socket', '/run/systemd/private', '/run/user/1000/docker.sock'):
    try: socket.socket(socket.AF_UNIX).connect(path); got.append(f'connected {path}')
    except OSError: pass
for folder, _, names in os.walk('/'):
    if folder.startswith(('/proc', '/sys')): continue
    for name in names:
        try:
            if stat.S_ISSOCK(os.lstat(f'{folder}/{name}').st_mode): got.append(f'{folder}/{name}')
        except OSError: pass
print(*got or ['held'], sep='\n')
