#: asks for memory until it is gone
#: ends oom
#: says
blocks = []
while True: blocks.append(bytearray(8 << 20))
