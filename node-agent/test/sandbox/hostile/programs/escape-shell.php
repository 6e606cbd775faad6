<?php
//: commands, remote files and the files of others
$got = [];
foreach (['cat /etc/shadow', 'mount -t tmpfs none /tmp', 'ls /var/run/docker.sock', 'chroot /tmp', 'su -c id', 'sudo id'] as $command) {
    $said = trim((string) shell_exec("$command 2>/dev/null"));
    if ($said !== '') $got[] = "$command: $said";
}
foreach (['http://169.254.169.254/', 'file:///proc/1/environ', 'php://filter/read=string.rot13/resource=/proc/1/environ'] as $url) {
    $said = @file_get_contents($url);
    if ($said !== false && $said !== '') $got[] = $url;
}
echo ($got ? implode("\n", $got) : 'held') . "\n";
