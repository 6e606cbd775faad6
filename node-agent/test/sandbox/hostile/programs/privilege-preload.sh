#: slips a library under every program
lib=$(ls /lib/*-linux-gnu/libc.so.6 | head -1)
cp "$lib" /tmp/lib.so
(echo /tmp/lib.so > /etc/ld.so.preload) 2>/dev/null && echo "wrote ld.so.preload"
LD_PRELOAD=/tmp/lib.so /usr/bin/true 2>&1 | grep -q 'failed to map' || echo "mapped"
echo held
