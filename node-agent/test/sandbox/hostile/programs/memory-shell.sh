#: a variable that doubles
#: ends oom or exit 2
#: says
text=xxxxxxxxxxxxxxxx
while :; do text=$text$text; done
