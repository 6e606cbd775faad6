#: swaps a folder for a link while its results are collected, from a process that has left it
#: artifacts own/held own/environ
import os
os.mkdir('mine')
open('mine/held', 'w').write('held\n')
if os.fork() == 0:
    os.setsid()
    while True:
        for target in ('/proc/1', '/etc', 'mine'):
            try: os.unlink('own')
            except OSError: pass
            try: os.symlink(target, 'own')
            except OSError: pass
print('held', flush=True)
