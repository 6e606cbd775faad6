#!/bin/sh
# Run by mmdebstrap once the packages are unpacked: $1 the root, $2 the folder of this recipe, $3 a Node binary.
# The packages' own scripts are never run, so what they would have set up is in finish-rootfs.sh.
set -eu
root=$1 recipe=$2 node=$3

# The supervisor is compiled by tcc, which takes 5 MB and one second where gcc would take 60 MB, in a folder of the
# new root that goes again.
mkdir -p "$root/build/debs" "$root/usr/lib/watt"
(cd "$root/build/debs" && APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -qq -o APT::Sandbox::User=root download \
  tcc libc6-dev linux-libc-dev)
for deb in "$root"/build/debs/*.deb; do dpkg-deb -x "$deb" "$root/build"; done
cp "$recipe/supervisor.c" "$root/build/"
triplet=$(basename "$(dirname "$(find "$root/build/usr/lib" -name crt1.o)")")
chroot "$root" /build/usr/bin/tcc -nostdinc -B"/build/usr/lib/$triplet/tcc" \
  -I"/build/usr/lib/$triplet/tcc/include" -I"/build/usr/include/$triplet" -I/build/usr/include \
  -L"/build/usr/lib/$triplet" -L"/usr/lib/$triplet" \
  -nostdlib -o /usr/lib/watt/supervisor "/build/usr/lib/$triplet/crt1.o" \
  "/build/usr/lib/$triplet/crti.o" /build/supervisor.c "/usr/lib/$triplet/libc.so.6" "/build/usr/lib/$triplet/crtn.o"
rm -rf "$root/build"

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
cp "$recipe/wait.cjs" "$root/usr/lib/watt/"
sh "$recipe/finish-rootfs.sh" "$root"
