#!/bin/sh
# Run by mmdebstrap once the packages are unpacked: $1 the root, $2 the folder of this recipe, $3 a Node binary.
# The packages' own scripts are never run, so what they would have set up is in finish-rootfs.sh.
set -eu
root=$1 recipe=$2 node=$3

sh "$recipe/build-supervisor.sh" "$root" "$recipe" supervisor session

# What is in the image, for whoever has to check it.
for deb in "$root"/var/cache/apt/archives/*.deb; do
  dpkg-deb -W --showformat '${Package} ${Version} ${Architecture}\n' "$deb"
done >"$root/usr/lib/watt/packages.all"
APT_CONFIG=$MMDEBSTRAP_APT_CONFIG sh "$recipe/unpack-python-packages.sh" "$root" "$recipe/python-packages.txt" "$root/build/python" \
  >>"$root/usr/lib/watt/packages.all"
rm -rf "$root/build"
# Needed by others only for installing them.
unwanted='debconf dpkg init-system-helpers libperl5 perl perl-base usr-is-merged'
for name in $unwanted; do
  for deb in "$root/var/cache/apt/archives/${name}"_*.deb; do
    [ -e "$deb" ] || continue
    dpkg-deb --fsys-tarfile "$deb" | tar -t | grep -v '/$' | while read -r file; do rm -f "$root/$file"; done
  done
done
grep -v -E "^($(echo "$unwanted" | tr ' ' '|')) " "$root/usr/lib/watt/packages.all" >"$root/usr/lib/watt/packages.txt"
rm "$root/usr/lib/watt/packages.all"

cp "$node" "$root/usr/bin/node"
cp "$recipe/wait.cjs" "$recipe/kernel.py" "$recipe/kernel.cjs" "$root/usr/lib/watt/"
sh "$recipe/finish-rootfs.sh" "$root"
