#: restarts the machine by the kernel's emergency keys
for letter in s u b c o; do
  (echo $letter > /proc/sysrq-trigger) 2>/dev/null && echo "pressed $letter"
done
(echo 1 > /proc/sys/kernel/sysrq) 2>/dev/null && echo "wrote sysrq"
echo held
