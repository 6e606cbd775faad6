#: looks for secrets in the environments that it can read
env | grep -Eiv '^(HOME|PATH|LANG|LC_[A-Z]+|PYTHON[A-Z]+|NODE_[A-Z_]+|MPL[A-Z]+|PWD|SHLVL|OLDPWD|HOSTNAME|TMPDIR|XDG_[A-Z_]+|_|[A-Z]+_NUM_THREADS)='
cat /proc/[0-9]*/environ 2>/dev/null | tr '\0' '\n' | grep -Ei 'canary|secret|token|key|passw'
echo held
