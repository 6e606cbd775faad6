#!/bin/sh
# Last step of both ways to build the image. $1 is the root of the file system, without a slash at its end ("" for /).
set -eu
root=$1
in_root() { if [ -n "$root" ]; then chroot "$root" "$@"; else "$@"; fi; }

rm -rf "$root"/usr/share/doc "$root"/usr/share/man "$root"/usr/share/info "$root"/usr/share/locale \
  "$root"/usr/share/i18n "$root"/usr/share/lintian "$root"/usr/share/bash-completion "$root"/usr/share/bug \
  "$root"/usr/share/menu "$root"/usr/share/applications "$root"/usr/share/pixmaps "$root"/usr/share/common-licenses \
  "$root"/usr/share/perl "$root"/usr/share/perl5 "$root"/usr/share/debconf "$root"/usr/share/gdb \
  "$root"/usr/share/polkit-1 "$root"/usr/share/python-wheels "$root"/usr/share/gcc \
  "$root"/usr/lib/*/perl "$root"/usr/lib/*/perl-base "$root"/usr/lib/*/perl5 "$root"/usr/lib/*/gconv \
  "$root"/usr/games "$root"/usr/include "$root"/usr/src "$root"/var/log \
  "$root"/boot "$root"/media "$root"/mnt "$root"/opt "$root"/srv "$root"/etc/cron.* "$root"/etc/rc?.d \
  "$root"/etc/init.d "$root"/etc/default "$root"/etc/logrotate.d "$root"/etc/fstab
mkdir -p "$root/var/log"
# mmdebstrap takes its own file away itself, and fails if it is gone.
find "$root/etc/apt" -type f ! -name 00mmdebstrap -delete

# Two names are enough: jobs run under numeric uids that belong to nobody.
printf 'root:x:0:0:root:/:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/tmp:/usr/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
rm -f "$root/etc/shadow" "$root/etc/gshadow" "$root/etc/shadow-" "$root/etc/gshadow-"
# A container without a network has a loopback, but no /etc/hosts that Docker would fill: libnss-myhostname knows its names.
printf 'hosts: files myhostname\n' >"$root/etc/nsswitch.conf"
ln -sfn /usr/share/zoneinfo/UTC "$root/etc/localtime"
[ -e "$root/usr/bin/awk" ] || ln -s mawk "$root/usr/bin/awk"
[ -e "$root/usr/bin/python" ] || ln -s python3 "$root/usr/bin/python"

chmod 0755 "$root/usr/bin/node" "$root/usr/lib/watt/supervisor" "$root/usr/lib/watt/session"
# What the packages' own scripts would have linked: OpenBLAS as the BLAS and the LAPACK of this system.
for openblas in "$root"/usr/lib/*/openblas-pthread; do
  ln -sfn openblas-pthread/libblas.so.3 "$openblas/../libblas.so.3"
  ln -sfn openblas-pthread/liblapack.so.3 "$openblas/../liblapack.so.3"
  ln -sfn openblas-pthread/libopenblas.so.0 "$openblas/../libopenblas.so.0"
done
in_root ldconfig
modules=$root/usr/lib/python3/dist-packages
find "$modules" -depth -type d -name tests -exec rm -rf {} +
# Looking for fonts takes matplotlib a second, in every job anew if it did not find its list in a place that is the image's.
sed -i '/^backend/d' "$root/etc/matplotlibrc"
sed -i 's|mpl.get_cachedir(), f"fontlist|"/usr/lib/watt", f"fontlist|' "$modules/matplotlib/font_manager.py"
# Jobs see a read-only root and could never cache this themselves. Unchecked: no stat of the source at each import.
in_root python3 -m compileall -q -j0 --invalidation-mode unchecked-hash /usr/lib/python3.11 /usr/lib/python3/dist-packages
# Not in /tmp, where mmdebstrap keeps its settings for apt.
mkdir "$root/scratch"
in_root env HOME=/scratch TMPDIR=/scratch MPLBACKEND=Agg python3 -B -c 'import numpy, pandas, matplotlib.pyplot'
rm -rf "$root/scratch"
ls "$root"/usr/lib/watt/fontlist-*.json >/dev/null
# Nothing in here may raise anyone's rights, whatever the container's settings are.
find "$root/" -xdev -perm /6000 -exec chmod a-s {} +
find "$root/" -xdev -type d -perm -0002 -exec chmod o-w {} +
chmod 1777 "$root/tmp"
