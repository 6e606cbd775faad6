//: a compiled program makes itself a setuid program, and starts itself again
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
int main(int argc, char **argv) {
  if (argc == 1) {
    chmod("/tmp/main", 06755);
    if (chown("/tmp/main", 0, 0) == 0) puts("chown");
    execl("/tmp/main", "main", "again", NULL);
    return 1;
  }
  if (setuid(0) == 0 || geteuid() == 0 || seteuid(0) == 0 || setgid(0) == 0) puts("root");
  puts("held");
}
