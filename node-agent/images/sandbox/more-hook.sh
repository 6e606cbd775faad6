#!/bin/sh
# Run by mmdebstrap once the packages of the image with more languages are unpacked: $1 the root, $2 the folder of this recipe.
# The packages' own scripts are never run.
set -eu
root=$1 recipe=$2
sh "$recipe/build-supervisor.sh" "$root" "$recipe"
for deb in "$root"/var/cache/apt/archives/*.deb; do
  dpkg-deb -W --showformat '${Package} ${Version} ${Architecture}\n' "$deb"
done >"$root/usr/lib/watt/packages.txt"

rm -rf "$root"/usr/share/doc "$root"/usr/share/man "$root"/usr/share/info "$root"/usr/share/locale "$root"/usr/share/ri \
  "$root"/usr/share/lintian "$root"/usr/games "$root"/usr/lib/go-*/test "$root"/usr/share/go-*/test "$root"/boot "$root"/media \
  "$root"/mnt "$root"/opt "$root"/srv "$root"/usr/bin/apt* "$root"/usr/bin/dpkg* "$root"/etc/cron.* "$root"/etc/init.d
# mmdebstrap takes its own file away itself, and fails if it is gone.
find "$root/etc/apt" -type f ! -name 00mmdebstrap -delete 2>/dev/null || true
printf 'root:x:0:0:root:/:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/tmp:/usr/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
rm -f "$root/etc/shadow" "$root/etc/gshadow" "$root/etc/shadow-" "$root/etc/gshadow-"
printf 'hosts: files\n' >"$root/etc/nsswitch.conf"
chmod 0755 "$root/usr/lib/watt/supervisor"
chroot "$root" ldconfig
find "$root/" -xdev -perm /6000 -exec chmod a-s {} +
find "$root/" -xdev -type d -perm -0002 -exec chmod o-w {} +
chmod 1777 "$root/tmp"
