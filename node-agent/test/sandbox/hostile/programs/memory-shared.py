#: shared memory: mappings that no process is charged for until it touches them
#: ends oom
#: says
import mmap
kept = []
while True:
    block = mmap.mmap(-1, 16 << 20)
    for page in range(0, len(block), 4096): block[page] = 1
    kept.append(block)
