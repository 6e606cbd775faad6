#: names results that are too large, or that claim to be
#: artifacts large sparse
#: ends exit 0
head -c 40M /dev/zero > large 2>/dev/null
truncate -s 60M sparse
echo held
