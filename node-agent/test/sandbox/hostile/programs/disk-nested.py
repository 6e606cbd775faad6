#: folders in folders, deeper than any path is long: removing them must not fail
import os
depth = 0
try:
    for _ in range(20_000):
        os.mkdir('d')
        os.chdir('d')
        depth += 1
except OSError: pass
print('held' if depth <= 16_384 else f'{depth} deep')
