#: the classic, in shell
#: ends timeout or exit 0 or exit 254
#: says
bomb() { bomb | bomb & }
bomb
sleep 30
