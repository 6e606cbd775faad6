#: leaves links, pipes, folders and devices where its results are looked for
#: artifacts link deep/link pipe folder null own/held gone
import os
os.symlink('/etc/passwd', 'link')
os.symlink('/proc/1', 'deep')
os.mkfifo('pipe')
os.mkdir('folder')
os.symlink('/dev/zero', 'null')
os.mkdir('own')
open('own/held', 'w').write('held\n')
print('held')
