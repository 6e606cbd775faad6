#: leaves a core behind, or has the host start its program for cores, which only a limit of one byte keeps it from
#: ends signal SIGSEGV
import ctypes, resource
libc = ctypes.CDLL(None)
for limit in (0, 2, 1 << 20):
    try: resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
    except (ValueError, OSError): pass
    # The upper half of a register is not the kernel's affair, and must not be the filter's.
    new = (ctypes.c_ulong * 2)(limit, limit)
    for which in (4, 4 | 1 << 32): libc.syscall(302, ctypes.c_long(0), ctypes.c_long(which), new, None)
    for which in (4, 4 | 1 << 32): libc.syscall(160, ctypes.c_long(which), new)
print('held' if resource.getrlimit(resource.RLIMIT_CORE) == (1, 1) else resource.getrlimit(resource.RLIMIT_CORE), flush=True)
ctypes.string_at(0)
