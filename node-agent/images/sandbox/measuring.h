/* What a container has used, as its supervisor can see it from inside. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

enum { MAX_LOCKS = 4096, MAX_INET_SOCKETS = 128, MAX_SOCKETS = 1024 };

/* First number after `key` in the file, or the first number if `key` is empty; -1 if there is none. */
static inline long long read_number(const char *path, const char *key) {
  char text[1024];
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  if (n <= 0) return -1;
  text[n] = 0;
  char *at = strstr(text, key);
  return at ? strtoll(at + strlen(key), NULL, 10) : -1;
}

/* Docker shows a container its own cgroup here, read-only: version 2 first, then version 1. */
static inline long long peak_bytes(void) {
  long long v2 = read_number("/sys/fs/cgroup/memory.peak", "");
  return v2 >= 0 ? v2 : read_number("/sys/fs/cgroup/memory/memory.max_usage_in_bytes", "");
}

static inline long long oom_kills(void) {
  long long v2 = read_number("/sys/fs/cgroup/memory.events", "oom_kill ");
  return v2 >= 0 ? v2 : read_number("/sys/fs/cgroup/memory/memory.oom_control", "oom_kill ");
}

static inline long long rusage_cpu_us(int who) {
  struct rusage use;
  getrusage(who, &use);
  return (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000LL + use.ru_utime.tv_usec + use.ru_stime.tv_usec;
}

/* CPU time of a process that is still there; 0 once it was waited for. */
static inline long long cpu_us_of(pid_t pid) {
  clockid_t clock;
  struct timespec t;
  if (pid <= 0 || clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) < 0) return 0;
  return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* CPU time of all that ran in this container but this process. Processes that were killed are counted by their cgroup at once, and by
   wait() when they have gone, for which a large one takes its time: that is for where the cgroup cannot be read. */
static inline long long spent_cpu_us(pid_t child) {
  long long v2_us = read_number("/sys/fs/cgroup/cpu.stat", "usage_usec ");
  long long v1_ns = v2_us >= 0 ? -1 : read_number("/sys/fs/cgroup/cpuacct/cpuacct.usage", "");
  if (v2_us < 0 && v1_ns < 0) return rusage_cpu_us(RUSAGE_CHILDREN) + cpu_us_of(child);
  return (v2_us >= 0 ? v2_us : v1_ns / 1000) - rusage_cpu_us(RUSAGE_SELF);
}

static inline int is_tmp_full(void) {
  struct statvfs space;
  if (statvfs(".", &space) < 0) return 0;
  /* A system that does not count its files, such as gVisor's, says 0 of 0. */
  return (space.f_blocks > 0 && space.f_bfree == 0) || (space.f_files > 0 && space.f_ffree == 0);
}

/* Whether the container holds more than any program needs of what the kernel keeps for it and no memory cgroup counts: file locks
   nowhere, the buffers of network sockets not in version 1. Either could take the whole machine's memory. */
static inline int holds_uncounted(void) {
  static char text[16384];
  long long inet = 0;
  const char *const kinds[][2] = {{"/proc/net/sockstat", "TCP: inuse "}, {"/proc/net/sockstat", "UDP: inuse "},
                                  {"/proc/net/sockstat6", "TCP6: inuse "}, {"/proc/net/sockstat6", "UDP6: inuse "}};
  for (int i = 0; i < 4; i++) {
    long long count = read_number(kinds[i][0], kinds[i][1]);
    if (count > 0) inet += count;
  }
  if (inet > MAX_INET_SOCKETS || read_number("/proc/net/sockstat", "sockets: used ") > MAX_SOCKETS) return 1;
  /* It has a line for each lock of a process that this one can see. */
  int fd = open("/proc/locks", O_RDONLY | O_CLOEXEC), locks = 0;
  for (ssize_t n; fd >= 0 && locks <= MAX_LOCKS && (n = read(fd, text, sizeof text)) > 0;)
    for (ssize_t i = 0; i < n; i++) locks += text[i] == '\n';
  if (fd >= 0) close(fd);
  return locks > MAX_LOCKS;
}
