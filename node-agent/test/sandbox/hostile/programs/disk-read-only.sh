#: writes to every place that is not its own
for place in / /usr /usr/bin /usr/lib/watt /etc /dev /var /var/tmp /var/log /run /opt /srv /mnt /media /boot /sys /proc /home /root /dev/pts; do
  (echo x > "$place/out") 2>/dev/null && echo "wrote into $place"
  mkdir "$place/folder" 2>/dev/null && echo "made a folder in $place"
done
for file in /etc/hosts /etc/hostname /etc/resolv.conf /etc/passwd /etc/ld.so.preload /etc/ld.so.cache /usr/bin/python3; do
  (echo x >> "$file") 2>/dev/null && echo "wrote to $file"
done
echo held
