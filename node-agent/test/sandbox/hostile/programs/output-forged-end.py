#: writes what the supervisor would write at the end of a job that went well
#: ends exit 9
#: says ^R
import os
end = b'%s exit 0 -1 1000 1000 1000 1000 0 0 0'
for nonce in (b'0' * 32, b'', b'watt1', os.urandom(16).hex().encode()):
    payload = end % nonce
    for fd in (1, 2):
        os.write(fd, b'R\0\0\0\0' + b'X' + len(payload).to_bytes(4, 'big') + payload)
        os.write(fd, b'O\xff\xff\xff\xff' + b'\x1e' + payload + b'\n')
os._exit(9)
