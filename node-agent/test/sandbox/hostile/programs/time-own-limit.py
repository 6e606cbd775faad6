#: has the kernel end it for a CPU limit of its own: its failure, not the node's
#: ends signal SIGXCPU or signal SIGKILL or timeout
#: says
#: timeout 8
import resource
resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
while True: pass
