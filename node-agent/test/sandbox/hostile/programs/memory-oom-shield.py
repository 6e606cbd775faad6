#: asks the kernel to take anybody else when memory is short
#: ends oom
#: says
shield = open('/proc/self/oom_score_adj', 'w')
for score in range(-1000, 1000, 100):
    try:
        shield.write(str(score)); shield.flush()
        if score < 0: print('shielded', score, flush=True)
        break
    except OSError: shield = open('/proc/self/oom_score_adj', 'w')
import mmap
kept = []
while True:
    block = mmap.mmap(-1, 4 << 20)
    for page in range(0, len(block), 4096): block[page] = 1
    kept.append(block)
