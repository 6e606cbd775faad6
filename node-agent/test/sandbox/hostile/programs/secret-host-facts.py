#: what tells one machine from another: serial numbers, addresses, names
import glob, os, socket
got = []
if socket.gethostname() != 'sandbox': got.append(socket.gethostname())
for path in ('/sys/class/dmi/id/product_uuid', '/sys/class/dmi/id/product_serial', '/sys/class/dmi/id/board_serial',
             '/sys/class/dmi/id/product_name', '/sys/firmware/devicetree/base/serial-number', '/sys/firmware/dmi/tables/DMI',
             '/var/lib/dbus/machine-id', '/sys/devices/virtual/powercap/intel-rapl/intel-rapl:0/energy_uj', '/proc/interrupts', '/proc/cmdline',
             '/proc/sys/kernel/random/boot_id', '/proc/pressure/cpu'):
    try: text = open(path, 'rb').read(100).strip()
    except OSError: continue
    if text: got.append(f'{path} {text}')
for pattern in ('/sys/block/*/serial', '/sys/block/*/device/serial', '/sys/block/*/device/cid', '/sys/class/dmi/id/*', '/sys/class/hwmon/*/name',
                '/sys/class/thermal/*/temp', '/sys/devices/pci*/*', '/sys/devices/platform/*', '/sys/bus/usb/devices/*/serial'):
    got += glob.glob(pattern)[:3]
for path in glob.glob('/sys/class/net/*/address'):
    if open(path).read().strip() != '00:00:00:00:00:00': got.append(path)
if len(open('/proc/net/arp').read().splitlines()) > 1: got.append('neighbours in /proc/net/arp')
print(*got or ['held'], sep='\n')
