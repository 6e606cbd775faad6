#!/bin/sh
# Started by root in Chromium's place. Chromium's sandbox refuses to start under root, so this hands the profile to a user that owns
# nothing else on the machine and becomes Chromium as that user. CHROMIUM_PATH and CHROMIUM_UID say which.
set -e
program=$CHROMIUM_PATH
uid=$CHROMIUM_UID
unset CHROMIUM_PATH CHROMIUM_UID
chown "$uid:$uid" "$HOME"
for argument in "$@"; do
  case $argument in
    --user-data-dir=*) chown -R "$uid:$uid" "${argument#--user-data-dir=}" ;;
  esac
done
exec setpriv --reuid="$uid" --regid="$uid" --clear-groups --no-new-privs -- "$program" "$@"
