#!/bin/sh
# Run by mmdebstrap once the packages of the image with more languages are unpacked: $1 the root, $2 the folder of this recipe.
# The packages' own scripts are never run.
set -eu
root=$1 recipe=$2
sh "$recipe/build-supervisor.sh" "$root" "$recipe" supervisor
for deb in "$root"/var/cache/apt/archives/*.deb; do
  dpkg-deb -W --showformat '${Package} ${Version} ${Architecture}\n' "$deb"
done >"$root/usr/lib/watt/packages.txt"
sh "$recipe/finish-more.sh" "$root"
