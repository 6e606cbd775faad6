#: links to files of others, in the place of its own
ln /etc/passwd /tmp/hard 2>/dev/null && echo "a hard link"
ln -s /etc/shadow /tmp/soft && cat /tmp/soft 2>/dev/null && echo "read shadow"
ln -sf /proc/1/environ /tmp/env && cat /tmp/env 2>/dev/null
ln -sf /etc/passwd "$0" && (echo x >> "$0") 2>/dev/null && echo "wrote passwd"
rm -rf /tmp 2>/dev/null; mv /tmp /tmp2 2>/dev/null && echo "moved /tmp"
ln -s / /dev/shm/top; ls /dev/shm/top/var/lib/docker 2>/dev/null
echo held
