#!/bin/sh
# Unpacks Python's scientific packages into the root $1 (without a slash at its end), with the libraries they load and nothing
# else: matplotlib alone would bring a desktop of 800 MB, for windows that no program here can open. $2 is their list, a
# processor architecture behind those that only one has; $3 a folder for the archives. Prints what it unpacked.
set -eu
root=$1 list=$2 archives=$3
arch=$(dpkg --print-architecture)
mkdir -p "$archives"
sed -n "s/ \[$arch\]$//p; /\[/!p" "$list" >"$archives/names"
# shellcheck disable=SC2046 -- one word a name
(cd "$archives" && apt-get -qq -o APT::Sandbox::User=root download $(cat names) >&2)
for deb in "$archives"/*.deb; do
  dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root/" --keep-directory-symlink --exclude=./usr/share/doc
  dpkg-deb -W --showformat '${Package} ${Version} ${Architecture}\n' "$deb"
done
