#: output without an end
#: ends timeout
#: says ^(y\n)+
#: flags stdout_truncated
yes
