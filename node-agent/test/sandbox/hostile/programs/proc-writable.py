#: every file of /proc and /sys that could be written to
import os
got = []
for top in ('/proc/sys', '/proc/irq', '/proc/bus', '/proc/fs', '/proc/acpi', '/proc/scsi', '/proc/asound', '/sys'):
    for folder, _, names in os.walk(top):
        for name in names:
            path = f'{folder}/{name}'
            try:
                # What is masked is /dev/null, which takes everything and keeps nothing.
                if not os.path.isfile(path) or not os.access(path, os.W_OK) or os.path.islink(path): continue
                os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
                got.append(path)
            except OSError: pass
for name in os.listdir('/proc'):
    path = f'/proc/{name}'
    if os.path.isfile(path) and os.access(path, os.W_OK) and not os.path.islink(path):
        try: os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK)); got.append(path)
        except OSError: pass
print(*got or ['held'], sep='\n')
