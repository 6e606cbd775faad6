#: leaves a core behind
#: ends signal SIGSEGV
#: says
import ctypes, resource
try: resource.setrlimit(resource.RLIMIT_CORE, (1 << 20, 1 << 20)); print('a core is allowed', flush=True)
except (ValueError, OSError): pass
ctypes.string_at(0)
