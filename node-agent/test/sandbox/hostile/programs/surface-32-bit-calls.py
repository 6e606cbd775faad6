#: calls the kernel in the manner of 32-bit programs, whose arguments no filter sees
#: ends exit 0 or signal SIGSYS or signal SIGSEGV
import ctypes, errno, mmap, platform
print('held', flush=True)
if platform.machine() == 'x86_64':
    # socketcall(SYS_SOCKET) by int 0x80
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(bytes.fromhex('53b866000000bb0100000031c9cd805bc3'))
    answer = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
    if -answer not in (errno.ENOSYS, errno.EPERM): print(f'int 0x80 answered {answer}')
