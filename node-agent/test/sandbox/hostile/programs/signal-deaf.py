#: hears no signal that can be unheard
#: ends timeout
#: says
import signal
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True: pass
