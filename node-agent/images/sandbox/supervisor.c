/*
 * PID 1 of a sandbox container. It reads one job from stdin, runs it as a child, and answers on stdout.
 *
 * In:   "watt1 <nonce> <timeout_ms> <output_cap> <file_bytes> <argc>\n", then 1 + argc NUL-terminated strings (path
 *       of the program file, then the command), then the bytes of the program file. stdin then stays open: its end
 *       means that the node is gone or has cancelled, and the job is killed.
 * Out:  frames of one type byte, a 32-bit big-endian length and a payload:
 *         R  ready for a job (empty)
 *         O  bytes of the job's stdout        E  bytes of the job's stderr
 *         X  the end: "nonce reason exit signal wall_us cpu_us maxrss_kb peak_bytes oom_kills out_bytes err_bytes"
 *            with reason exit|timeout|cancel, exit and signal -1 where there is none, and peak_bytes and
 *            oom_kills -1 where the cgroup cannot be read. out_bytes and err_bytes count what was cut, too.
 *
 * The job never holds the container's own stdio, so it cannot write frames; and this process is not dumpable, so a
 * job of the same uid can neither open /proc/1/fd nor read the nonce. Output past the cap is read and thrown away
 * here, at the expense of the container's own CPU share. Signals from inside do not reach PID 1.
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
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_ARGS = 64, HEADER_BYTES = 256, ARGS_BYTES = 8192, CHUNK = 65536, FRAME_HEAD = 5, FLUSH_LIMIT_MS = 5000,
       REAP_LIMIT_MS = 100, REAP_POLL_MS = 2 };

struct job {
  char nonce[65];
  long timeout_ms, output_cap, file_bytes;
  int argc;
  char args[ARGS_BYTES], *path, *argv[MAX_ARGS + 1];
};
struct stream { int fd; char type; long long seen; };

static unsigned char pending[FRAME_HEAD + CHUNK];
static int pending_at, pending_end;

static void die(const char *what) {
  dprintf(2, "supervisor: %s: %s\n", what, strerror(errno));
  _exit(70);
}

static long long now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void put_head(char type, uint32_t length) {
  pending[0] = (unsigned char)type;
  pending[1] = length >> 24, pending[2] = length >> 16, pending[3] = length >> 8, pending[4] = length;
  pending_at = 0, pending_end = FRAME_HEAD + (int)length;
}

/* Writes what the pipe takes and leaves the rest: a stalled reader must not keep the deadline from biting. */
static void flush_some(void) {
  while (pending_at < pending_end) {
    ssize_t n = write(1, pending + pending_at, pending_end - pending_at);
    if (n > 0) pending_at += (int)n;
    else if (n < 0 && errno == EINTR) continue;
    else if (n < 0 && errno == EAGAIN) return;
    else _exit(71);
  }
}

static void flush_all(void) {
  for (flush_some(); pending_at < pending_end; flush_some()) {
    struct pollfd p = {1, POLLOUT, 0};
    if (poll(&p, 1, FLUSH_LIMIT_MS) <= 0) _exit(71);
  }
}

static void read_exactly(char *into, long bytes) {
  while (bytes > 0) {
    ssize_t n = read(0, into, bytes);
    if (n == 0) _exit(0); /* the node let go of a container that it did not need */
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) die("read job");
    into += n, bytes -= n;
  }
}

static void read_job(struct job *job) {
  char line[HEADER_BYTES];
  int at = 0;
  do {
    if (at == HEADER_BYTES - 1) die("header too long");
    read_exactly(line + at, 1);
  } while (line[at++] != '\n');
  line[at] = 0;
  if (sscanf(line, "watt1 %64s %ld %ld %ld %d", job->nonce, &job->timeout_ms, &job->output_cap, &job->file_bytes,
             &job->argc) != 5 || job->argc < 1 || job->argc > MAX_ARGS || job->timeout_ms < 1 || job->file_bytes < 0)
    die("bad header");
  at = 0;
  for (int i = -1; i < job->argc; i++) {
    char *start = job->args + at;
    do {
      if (at == ARGS_BYTES) die("arguments too long");
      read_exactly(job->args + at, 1);
    } while (job->args[at++] != 0);
    if (i < 0) job->path = start; else job->argv[i] = start;
  }
  job->argv[job->argc] = NULL;
}

static void receive_file(const struct job *job) {
  static char chunk[CHUNK];
  int fd = open(job->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) die(job->path);
  for (long left = job->file_bytes; left > 0;) {
    long take = left < CHUNK ? left : CHUNK;
    read_exactly(chunk, take);
    for (long done = 0; done < take;) {
      ssize_t n = write(fd, chunk + done, take - done);
      if (n < 0) die("write program");
      done += n;
    }
    left -= take;
  }
  close(fd);
}

/* Runs in the child. Never returns. */
static void become_job(const struct job *job, int out, int err) {
  sigset_t none;
  sigemptyset(&none);
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
  int empty = open("/dev/null", O_RDONLY);
  if (empty < 0 || dup2(empty, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0) _exit(126);
  if (empty > 2) close(empty);
  execv(job->argv[0], job->argv);
  dprintf(2, "%s: %s\n", job->argv[0], strerror(errno));
  _exit(127);
}

/* Reads once; frames what fits under the cap, counts and drops the rest. Closes the stream at its end. 0: nothing came. */
static int relay(struct stream *s, long cap) {
  ssize_t n = read(s->fd, pending + FRAME_HEAD, CHUNK);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return 0;
  if (n <= 0) {
    close(s->fd);
    s->fd = -1;
    return 0;
  }
  long long room = cap - s->seen;
  s->seen += n;
  if (room > 0) {
    put_head(s->type, (uint32_t)(n < room ? n : room));
    flush_some();
  }
  return 1;
}

/* Passes on what is left in the pipe of a job that was killed. */
static void drain(struct stream *s, long cap) {
  if (s->fd < 0) return;
  fcntl(s->fd, F_SETFL, O_NONBLOCK);
  do flush_all(); while (s->fd >= 0 && relay(s, cap));
  flush_all();
}

/* Ends every process but this one. On a busy machine the dead take their time to go; the answer does not wait for them. */
static void kill_all(void) {
  long long until = now_us() + REAP_LIMIT_MS * 1000LL;
  kill(-1, SIGKILL);
  while (now_us() < until) {
    pid_t pid = waitpid(-1, NULL, WNOHANG);
    if (pid < 0 && errno == ECHILD) return;
    if (pid == 0) poll(NULL, 0, REAP_POLL_MS);
  }
}

/* First number after `key` in the file, or the first number if `key` is empty; -1 if there is none. */
static long long read_number(const char *path, const char *key) {
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
static long long peak_bytes(void) {
  long long v2 = read_number("/sys/fs/cgroup/memory.peak", "");
  return v2 >= 0 ? v2 : read_number("/sys/fs/cgroup/memory/memory.max_usage_in_bytes", "");
}

static long long oom_kills(void) {
  long long v2 = read_number("/sys/fs/cgroup/memory.events", "oom_kill ");
  return v2 >= 0 ? v2 : read_number("/sys/fs/cgroup/memory/memory.oom_control", "oom_kill ");
}

static const char *watch(pid_t child, struct stream *out, struct stream *err, const struct job *job, int signals,
                         long long deadline, int *status) {
  for (;;) {
    int busy = pending_at < pending_end;
    struct pollfd p[5] = {{0, POLLIN, 0}, {signals, POLLIN, 0}, {busy ? 1 : -1, POLLOUT, 0},
                          {busy ? -1 : out->fd, POLLIN, 0}, {busy ? -1 : err->fd, POLLIN, 0}};
    long long left = deadline - now_us();
    if (left <= 0) return "timeout";
    if (poll(p, 5, (int)((left + 999) / 1000)) < 0 && errno != EINTR) die("poll");
    if (p[1].revents) {
      struct signalfd_siginfo info;
      if (read(signals, &info, sizeof info) < 0 && errno != EAGAIN) die("signals");
      for (pid_t pid; (pid = waitpid(-1, status, WNOHANG)) > 0;)
        if (pid == child) return "exit";
    }
    if (p[0].revents) {
      char byte;
      ssize_t n = read(0, &byte, 1);
      if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) return "cancel";
    }
    if (p[2].revents) flush_some();
    if (p[3].revents) relay(out, job->output_cap);
    if (p[4].revents && pending_at == pending_end) relay(err, job->output_cap);
  }
}

int main(void) {
  static struct job job;
  struct stream out = {-1, 'O', 0}, err = {-1, 'E', 0};
  int to_out[2], to_err[2], status = 0;
  sigset_t chld;

  if (prctl(PR_SET_DUMPABLE, 0) < 0) die("dumpable");
  signal(SIGPIPE, SIG_IGN);
  put_head('R', 0);
  flush_all();
  read_job(&job);
  receive_file(&job);

  sigemptyset(&chld);
  sigaddset(&chld, SIGCHLD);
  sigprocmask(SIG_BLOCK, &chld, NULL);
  int signals = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals < 0 || pipe2(to_out, O_CLOEXEC) < 0 || pipe2(to_err, O_CLOEXEC) < 0) die("pipes");
  fcntl(1, F_SETFL, O_NONBLOCK);

  long long start = now_us();
  pid_t child = fork();
  if (child < 0) die("fork");
  if (child == 0) {
    signal(SIGPIPE, SIG_DFL);
    become_job(&job, to_out[1], to_err[1]);
  }
  close(to_out[1]), close(to_err[1]);
  out.fd = to_out[0], err.fd = to_err[0];

  const char *reason = watch(child, &out, &err, &job, signals, start + job.timeout_ms * 1000LL, &status);
  long long wall = now_us() - start;
  kill_all();
  drain(&out, job.output_cap);
  drain(&err, job.output_cap);
  struct rusage use;
  getrusage(RUSAGE_CHILDREN, &use);
  long long cpu = (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000LL + use.ru_utime.tv_usec + use.ru_stime.tv_usec;
  int exited = !strcmp(reason, "exit");
  int length = snprintf((char *)pending + FRAME_HEAD, CHUNK, "%s %s %d %d %lld %lld %ld %lld %lld %lld %lld", job.nonce,
                        reason, exited && WIFEXITED(status) ? WEXITSTATUS(status) : -1,
                        exited && WIFSIGNALED(status) ? WTERMSIG(status) : -1, wall, cpu, (long)use.ru_maxrss,
                        peak_bytes(), oom_kills(), out.seen, err.seen);
  put_head('X', (uint32_t)length);
  flush_all();
  return 0;
}
