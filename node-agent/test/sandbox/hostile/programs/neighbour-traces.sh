#: looks for traces of another job: files, shared memory, processes
mark='@NEIGHBOUR@'
ls -A /tmp /dev/shm | grep -v -e main -e : -e '^$'
grep -rl "$mark" /tmp /dev/shm 2>/dev/null | grep -v main
for file in /proc/[0-9]*/cmdline; do tr '\0' ' ' < "$file" 2>/dev/null | grep -e "$mark"; done
[ "$(ls -d /proc/[0-9]* | wc -l)" -lt 12 ] || ls -d /proc/[0-9]*
for kind in msg sem shm; do [ "$(wc -l < /proc/sysvipc/$kind)" -le 1 ] || cat /proc/sysvipc/$kind; done
echo held
