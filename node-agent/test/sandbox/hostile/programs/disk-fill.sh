#: fills /tmp with one file, and with many
head -c 1G /dev/zero > /tmp/one 2>/dev/null && echo "one file of a gigabyte"
for at in $(seq 100); do head -c 4M /dev/zero > /tmp/$at 2>/dev/null || break; done
size=$(du -sm /tmp | cut -f1)
[ "$size" -le 64 ] || echo "$size MB"
rm /tmp/[0-9]*
echo held
