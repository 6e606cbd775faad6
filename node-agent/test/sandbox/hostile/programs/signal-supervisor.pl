#: signals to everybody it can name, and the names of what it finds
my $got = 0;
for my $pid (1 .. 70000) { next if $pid == $$; $got++ if $pid != 1 && kill(0, $pid); kill('KILL', 1) }
kill('KILL', -1);
print $got ? "$got others\n" : "held\n";
