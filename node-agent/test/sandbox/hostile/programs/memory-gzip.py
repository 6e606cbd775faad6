#: a quarter of a gigabyte of zeros, packed into a few hundred kilobytes
#: ends oom
#: says
import zlib
packer = zlib.compressobj(1)
packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(192)) + packer.flush()
text = zlib.decompress(packed)
