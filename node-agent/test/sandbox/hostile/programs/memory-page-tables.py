#: touches one page in every two megabytes, so that the tables are larger than what they map
#: ends oom or exit 1
#: says
import mmap
kept = []
for _ in range(4096):
    block = mmap.mmap(-1, 1 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000)
    block.madvise(15)
    for place in range(0, len(block), 2 << 20): block[place] = 1
    kept.append(block)
