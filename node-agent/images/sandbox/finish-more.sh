#!/bin/sh
# Last step of both ways to build the image with more languages. $1 is the root of the file system, without a slash at its end ("" for /).
set -eu
root=$1
in_root() { if [ -n "$root" ]; then chroot "$root" "$@"; else "$@"; fi; }

rm -rf "$root"/usr/share/doc "$root"/usr/share/man "$root"/usr/share/info "$root"/usr/share/locale "$root"/usr/share/ri \
  "$root"/usr/share/lintian "$root"/usr/games "$root"/usr/lib/go-*/test "$root"/usr/share/go-*/test "$root"/boot "$root"/media \
  "$root"/mnt "$root"/opt "$root"/srv "$root"/usr/bin/apt* "$root"/usr/bin/dpkg* "$root"/etc/cron.* "$root"/etc/init.d
# mmdebstrap takes its own file away itself, and fails if it is gone.
find "$root/etc/apt" -type f ! -name 00mmdebstrap -delete 2>/dev/null || true
printf 'root:x:0:0:root:/:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/tmp:/usr/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
rm -f "$root/etc/shadow" "$root/etc/gshadow" "$root/etc/shadow-" "$root/etc/gshadow-"
# A container without a network has a loopback, but no /etc/hosts that Docker would fill: libnss-myhostname knows its names.
printf 'hosts: files myhostname\n' >"$root/etc/nsswitch.conf"
chmod 0755 "$root/usr/lib/watt/supervisor"
in_root ldconfig
find "$root/" -xdev -perm /6000 -exec chmod a-s {} +
find "$root/" -xdev -type d -perm -0002 -exec chmod o-w {} +
chmod 1777 "$root/tmp"
