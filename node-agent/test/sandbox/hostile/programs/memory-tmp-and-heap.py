#: first files, then memory: /tmp counts too
#: ends oom
#: says
import os
try:
    for at in range(64):
        with open(f'/tmp/{at}', 'wb', 0) as f: f.write(bytes(8 << 20))
except OSError: pass
kept = bytearray(100 << 20)
