#: loads modules and kernels, opens ports of the hardware, turns swap and accounting on, restarts the machine
import ctypes, errno, platform
libc = ctypes.CDLL(None, use_errno=True)
x64 = {'init_module': 175, 'finit_module': 313, 'delete_module': 176, 'kexec_load': 246, 'kexec_file_load': 320, 'reboot': 169,
       'swapon': 167, 'swapoff': 168, 'acct': 163, 'iopl': 172, 'ioperm': 173, 'modify_ldt': 154, 'quotactl': 179, 'nfsservctl': 180,
       'lookup_dcookie': 212, 'sethostname': 170, 'setdomainname': 171, 'vhangup': 153, 'uselib': 134, 'create_module': 174}
arm = {'init_module': 105, 'finit_module': 273, 'delete_module': 106, 'kexec_load': 104, 'reboot': 142, 'swapon': 224, 'acct': 89}
got = []
for name, number in (x64 if platform.machine() == 'x86_64' else arm).items():
    ctypes.set_errno(0)
    if libc.syscall(number, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
        got.append(f'{name} {ctypes.get_errno()}')
print(*got or ['held'], sep='\n')
