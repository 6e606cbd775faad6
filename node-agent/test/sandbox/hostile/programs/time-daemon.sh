#: leaves a daemon behind that holds its stdout
#: says ^begun\n$
#: timeout 20
echo begun
(nohup bash -c 'trap "" TERM HUP INT; while :; do sleep 1; done' &)
