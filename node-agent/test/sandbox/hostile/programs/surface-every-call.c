//: every system call that has a number, with nothing, with all bits and with addresses, each in a process of its own
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
static char memory[65536];
int main(void) {
  long patterns[3][6] = {{0, 0, 0, 0, 0, 0}, {-1, -1, -1, -1, -1, -1}, {(long)memory, 64, (long)memory, 64, (long)memory, 64}};
  for (int pattern = 0; pattern < 3; pattern++)
    for (long number = 0; number < 560; number++) {
      /* What kills everybody is tried elsewhere. */
      if (number == SYS_kill || number == SYS_tkill || number == SYS_tgkill) continue;
      pid_t child = fork();
      if (child == 0) {
        long *a = patterns[pattern];
        close(1), close(2);
        alarm(1);
        if (number == SYS_pause || number == SYS_rt_sigsuspend || number == SYS_ppoll || number == SYS_select) _exit(0);
        syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
        _exit(0);
      }
      for (int turn = 0; child > 0 && waitpid(child, NULL, WNOHANG) == 0; turn++) {
        usleep(turn < 50 ? 100 : 2000);
        if (turn == 60) kill(child, SIGKILL);
      }
    }
  puts("held");
}
