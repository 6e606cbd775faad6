/*
 * What the supervisors of jobs (supervisor.c) and of sessions (session.c) have in common: frames to the node, the output of a
 * child with its cap, starting a child, and ending all of them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "measuring.h"

enum { CHUNK = 65536, FRAME_HEAD = 5, RING_BYTES = 131072, FLUSH_LIMIT_MS = 20000, REAP_LIMIT_MS = 100, REAP_POLL_MS = 2,
       LINGER_LIMIT_MS = 10000, LOOK_MS = 100 };

/* What passes the head of the cap goes into a ring, which at the end holds the last of it. */
struct stream { int fd, child_fd; char type; long head, tail; long long seen; unsigned char *ring; };
struct outcome { const char *reason; int status, has_usage; struct rusage usage; };
struct usage { long long wall_us, cpu_us, peak_bytes; };

static unsigned char pending[FRAME_HEAD + CHUNK], rings[2][RING_BYTES];
static int pending_at, pending_end, signals, stdin_fd = -1;
/* A child's descriptors 3 and 4, where it has them. */
static int calls_fd = -1, answers_fd = -1;
static struct stream out, err;

static inline void die(const char *what) {
  dprintf(2, "supervisor: %s: %s\n", what, strerror(errno));
  _exit(70);
}

static inline long long now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static inline void put_head(char type, uint32_t length) {
  pending[0] = (unsigned char)type;
  pending[1] = length >> 24, pending[2] = length >> 16, pending[3] = length >> 8, pending[4] = length;
  pending_at = 0, pending_end = FRAME_HEAD + (int)length;
}

/* Writes what the pipe takes and leaves the rest: a stalled reader must not keep the deadline from biting. */
static inline void flush_some(void) {
  while (pending_at < pending_end) {
    ssize_t n = write(1, pending + pending_at, pending_end - pending_at);
    if (n > 0) pending_at += (int)n;
    else if (n < 0 && errno == EINTR) continue;
    else if (n < 0 && errno == EAGAIN) return;
    else _exit(71);
  }
}

static inline void flush_all(void) {
  for (flush_some(); pending_at < pending_end; flush_some()) {
    struct pollfd p = {1, POLLOUT, 0};
    if (poll(&p, 1, FLUSH_LIMIT_MS) <= 0) _exit(71);
  }
}

static inline void say(char type) {
  put_head(type, 0);
  flush_all();
}

static inline void read_exactly(char *into, long bytes) {
  while (bytes > 0) {
    ssize_t n = read(0, into, bytes);
    if (n == 0) _exit(0); /* the node let go of a container that it did not need */
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) die("read job");
    into += n, bytes -= n;
  }
}

static inline void write_all(int fd, const char *from, long bytes) {
  while (bytes > 0) {
    ssize_t n = write(fd, from, bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) die("write file");
    from += n, bytes -= n;
  }
}

static inline void open_pipes(void) {
  int to_out[2], to_err[2];
  if (pipe2(to_out, O_CLOEXEC) < 0 || pipe2(to_err, O_CLOEXEC) < 0) die("pipes");
  out.fd = to_out[0], out.child_fd = to_out[1], out.type = 'O', out.ring = rings[0];
  err.fd = to_err[0], err.child_fd = to_err[1], err.type = 'E', err.ring = rings[1];
}

static inline void close_pipes(void) {
  close(out.fd), close(err.fd), close(out.child_fd), close(err.child_fd);
}

static inline void set_cap(struct stream *s, long cap) {
  s->tail = cap / 8 < RING_BYTES ? cap / 8 : RING_BYTES;
  s->head = cap - s->tail;
}

/* Runs in the child. Never returns. */
static inline void become_child(char **argv, char **envp) {
  sigset_t none;
  sigemptyset(&none);
  signal(SIGPIPE, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setsid();
  /* Behind the supervisor, or fifty busy processes would keep it from the CPU at the deadline. The job gets no less of
     the machine: other containers are weighed by cgroup, not by nice. */
  setpriority(PRIO_PROCESS, 0, 19);
  /* Let the kernel's OOM killer take the job before its supervisor. /proc/self is root's while not dumpable. */
  prctl(PR_SET_DUMPABLE, 1);
  int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (score >= 0 && write(score, "1000", 4) < 0) { /* a job without it is still bounded by the cgroup */ }
  if (score >= 0) close(score);
  if (dup2(stdin_fd, 0) < 0 || dup2(out.child_fd, 1) < 0 || dup2(err.child_fd, 2) < 0) _exit(126);
  if (calls_fd >= 0 && (dup2(calls_fd, 3) < 0 || dup2(answers_fd, 4) < 0)) _exit(126);
  execve(argv[0], argv, envp);
  dprintf(2, "%s: %s\n", argv[0], strerror(errno));
  _exit(127);
}

static inline pid_t start(char **argv, char **envp) {
  pid_t child = fork();
  if (child < 0) die("fork");
  if (child == 0) become_child(argv, envp);
  return child;
}

static inline void put_tail(struct stream *s, const unsigned char *bytes, long count) {
  long long at = s->seen - s->head;
  if (count > s->tail) at += count - s->tail, bytes += count - s->tail, count = s->tail;
  for (long done = 0; done < count;) {
    long place = (at + done) % s->tail;
    long take = s->tail - place < count - done ? s->tail - place : count - done;
    memcpy(s->ring + place, bytes + done, take);
    done += take;
  }
}

/* Reads once; frames what fits under the head of the cap and keeps the last of the rest. 0: nothing came. */
static inline int relay(struct stream *s) {
  ssize_t n = read(s->fd, pending + FRAME_HEAD, CHUNK);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return 0;
  if (n <= 0) {
    close(s->fd);
    s->fd = -1;
    return 0;
  }
  long head = s->seen < s->head ? (long)(s->head - s->seen) : 0;
  if (head > n) head = n;
  s->seen += head;
  if (n > head && s->tail > 0) put_tail(s, pending + FRAME_HEAD + head, n - head);
  s->seen += n - head;
  if (head > 0) {
    put_head(s->type, (uint32_t)head);
    flush_some();
  }
  return 1;
}

/* Passes on the last of what went past the head of the cap. */
static inline void send_tail(struct stream *s) {
  long long past = s->seen - s->head;
  if (past <= 0) return;
  long count = past < s->tail ? (long)past : s->tail;
  for (long done = 0; done < count;) {
    long place = (past - count + done) % s->tail;
    long take = count - done < CHUNK ? count - done : CHUNK;
    if (take > s->tail - place) take = s->tail - place;
    memcpy(pending + FRAME_HEAD, s->ring + place, take);
    put_head(past > s->tail ? s->type + ('a' - 'A') : s->type, (uint32_t)take);
    flush_all();
    done += take;
  }
}

/* Whether it is time to look, and the container holds what it may not. */
static inline int is_beyond(long long *look_at) {
  if (now_us() < *look_at) return 0;
  int beyond = holds_uncounted();
  *look_at = now_us() + LOOK_MS * 1000LL;
  return beyond;
}

/* Passes on what is left in the pipe of a program that is dead, then its tail. */
static inline void drain(struct stream *s) {
  if (s->fd >= 0) fcntl(s->fd, F_SETFL, O_NONBLOCK);
  do flush_all(); while (s->fd >= 0 && relay(s));
  flush_all();
  send_tail(s);
}

/* Ends every process but this one. On a busy machine the dead take their time to go; the answer does not wait for them. */
static inline void kill_all(void) {
  long long until = now_us() + REAP_LIMIT_MS * 1000LL;
  kill(-1, SIGKILL);
  while (now_us() < until) {
    pid_t pid = waitpid(-1, NULL, WNOHANG);
    if (pid < 0 && errno == ECHILD) return;
    if (pid == 0) poll(NULL, 0, REAP_POLL_MS);
  }
}

static inline void send_end(const char *nonce, const struct outcome *end, const struct usage *use, int compiling) {
  int exited = !strcmp(end->reason, "exit") || !strcmp(end->reason, "uncounted");
  struct rusage all;
  getrusage(RUSAGE_CHILDREN, &all);
  int length = snprintf((char *)pending + FRAME_HEAD, CHUNK, "%s %s %d %d %lld %lld %ld %lld %lld %lld %lld %d %d", nonce,
                        end->reason, exited && WIFEXITED(end->status) ? WEXITSTATUS(end->status) : -1,
                        exited && WIFSIGNALED(end->status) ? WTERMSIG(end->status) : -1, use->wall_us, use->cpu_us,
                        (long)(end->has_usage ? end->usage.ru_maxrss : all.ru_maxrss), use->peak_bytes, oom_kills(), out.seen,
                        err.seen, is_tmp_full(), compiling);
  put_head('X', (uint32_t)length);
  flush_all();
}

/* An exit costs the machine more than most jobs do, and nobody waits for it. The node lets go when it has time for it. */
static inline void linger(void) {
  char byte;
  struct pollfd p = {0, POLLIN, 0};
  while (poll(&p, 1, LINGER_LIMIT_MS) > 0 && read(0, &byte, 1) > 0) { /* nothing more is expected */ }
}

/* What PID 1 sets up before anything else: nobody reads its memory, and it hears of its children through a descriptor. */
static inline void begin(void) {
  sigset_t chld;
  if (prctl(PR_SET_DUMPABLE, 0) < 0) die("dumpable");
  signal(SIGPIPE, SIG_IGN);
  sigemptyset(&chld);
  sigaddset(&chld, SIGCHLD);
  sigprocmask(SIG_BLOCK, &chld, NULL);
  signals = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
  stdin_fd = memfd_create("stdin", MFD_CLOEXEC);
  if (signals < 0 || stdin_fd < 0) die("descriptors");
  open_pipes();
}
