/*
 * PID 1 of a sandbox container. It reads one job from stdin, runs it as a child, and answers on stdout.
 *
 * Called with a path and a command, it starts that command at once, with a FIFO at the path. An interpreter given its
 * program's path gets ready and then waits inside open(), before its first line of the program: that is a warm start. A job
 * that may resume it finds its program in the FIFO; any other job has the waiting interpreter killed and starts its own.
 *
 * In:   192 bytes, filled up with blanks: "watt2 <nonce> <resume> <timeout_ms> <compile_timeout_ms> <output_cap>
 *       <artifact_cap> <compile_argc> <argc> <envc> <filec> <artifactc> <string_bytes> <stdin_bytes>", then
 *       string_bytes of NUL-terminated strings (the compiler's command, the program's command, NAME=value pairs, a path
 *       and a decimal size for each file, a path for each artifact), then the bytes of stdin, then those of each file.
 *       Paths are relative to the working directory, and the first file is the program. After a compilation one more byte
 *       lets the program start. stdin stays open: its end means that the node is gone or has cancelled, and the job is killed.
 * Out:  frames of one type byte, a 32-bit big-endian length and a payload:
 *         R  ready for a job (empty)
 *         O  bytes of the job's stdout        E  bytes of the job's stderr
 *         o  the same behind a gap            e  the same behind a gap
 *         S  compiled, waiting for a byte on stdin (empty)
 *         F  one byte with an artifact's number, then bytes of it
 *         A  the end of an artifact: "number ok|missing|not_a_file|too_large|unreadable size"
 *         X  the end: "nonce reason exit signal wall_us cpu_us maxrss_kb peak_bytes oom_kills out_bytes err_bytes
 *            tmp_full compiling" with reason exit|timeout|cancel, exit and signal -1 where there is none, and peak_bytes and
 *            oom_kills -1 where the cgroup cannot be read. out_bytes and err_bytes count what was left out, too.
 *
 * The job never holds the container's own stdio, so it cannot write frames; the nonce comes after a waiting interpreter was
 * started; and this process is not dumpable, so a job of the same uid can neither open /proc/1/fd nor read the nonce.
 * Output past the cap is read and thrown away here, but for the last of it, at the expense of the container's own CPU share.
 * Artifacts are read when every process of the job is dead, under the job's own uid, and through no link.
 * Signals from inside do not reach PID 1.
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
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { HEADER_BYTES = 192, MAX_STRINGS = 1024, MAX_STRING_BYTES = 1 << 20, CHUNK = 65536, FRAME_HEAD = 5,
       RING_BYTES = 131072, FLUSH_LIMIT_MS = 5000, REAP_LIMIT_MS = 100, REAP_POLL_MS = 2, WAKE_LIMIT_MS = 20000,
       WAKE_POLL_MS = 2, RESUME_LIMIT_MS = 15000, LINGER_LIMIT_MS = 10000 };

struct job {
  char nonce[65];
  int resume, compile_argc, argc, envc, filec, artifactc;
  long timeout_ms, compile_timeout_ms, output_cap, artifact_cap, string_bytes, stdin_bytes;
  char *compile[MAX_STRINGS], *argv[MAX_STRINGS], *envp[MAX_STRINGS], *artifacts[MAX_STRINGS];
  struct { char *path; long bytes; } files[MAX_STRINGS];
};
/* What passes the head of the cap goes into a ring, which at the end holds the last of it. */
struct stream { int fd, child_fd; char type; long head, tail; long long seen; unsigned char *ring; };
struct outcome { const char *reason; int status, has_usage; struct rusage usage; };

static unsigned char pending[FRAME_HEAD + CHUNK], rings[2][RING_BYTES];
static int pending_at, pending_end, signals, stdin_fd = -1;
static struct stream out, err;

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

static void say(char type) {
  put_head(type, 0);
  flush_all();
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

static char *next_string(char **at, const char *end) {
  char *start = *at;
  char *stop = start < end ? memchr(start, 0, end - start) : NULL;
  if (!stop) die("strings too short");
  *at = stop + 1;
  return start;
}

static void read_job(struct job *job) {
  char line[HEADER_BYTES + 1];
  read_exactly(line, HEADER_BYTES);
  line[HEADER_BYTES] = 0;
  if (sscanf(line, "watt2 %64s %d %ld %ld %ld %ld %d %d %d %d %d %ld %ld", job->nonce, &job->resume, &job->timeout_ms,
             &job->compile_timeout_ms, &job->output_cap, &job->artifact_cap, &job->compile_argc, &job->argc, &job->envc,
             &job->filec, &job->artifactc, &job->string_bytes, &job->stdin_bytes) != 13)
    die("bad header");
  const int counts[] = {job->compile_argc, job->argc, job->envc, job->filec, job->artifactc};
  for (int i = 0; i < 5; i++)
    if (counts[i] < 0 || counts[i] >= MAX_STRINGS) die("too many strings");
  if (job->argc < 1 || job->filec < 1 || job->timeout_ms < 1 || job->stdin_bytes < 0 || job->string_bytes < 0 ||
      job->string_bytes > MAX_STRING_BYTES)
    die("bad header");
  char *at = malloc(job->string_bytes + 1), *end = at + job->string_bytes;
  if (!at) die("memory");
  read_exactly(at, job->string_bytes);
  for (int i = 0; i < job->compile_argc; i++) job->compile[i] = next_string(&at, end);
  for (int i = 0; i < job->argc; i++) job->argv[i] = next_string(&at, end);
  for (int i = 0; i < job->envc; i++) job->envp[i] = next_string(&at, end);
  for (int i = 0; i < job->filec; i++) {
    job->files[i].path = next_string(&at, end);
    job->files[i].bytes = strtol(next_string(&at, end), NULL, 10);
  }
  for (int i = 0; i < job->artifactc; i++) job->artifacts[i] = next_string(&at, end);
}

/* Opens what lies below the working directory, through no link in any part of the path. */
static int open_below(const char *path, int flags, mode_t mode) {
  char part[4096];
  int at = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  for (const char *slash; at >= 0 && (slash = strchr(path, '/')); path = slash + 1) {
    size_t length = slash - path;
    if (length >= sizeof part) { close(at); errno = ENAMETOOLONG; return -1; }
    memcpy(part, path, length), part[length] = 0;
    if (flags & O_CREAT) mkdirat(at, part, 0755);
    int next = openat(at, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    close(at);
    at = next;
  }
  if (at < 0) return -1;
  int fd = openat(at, path, flags | O_NOFOLLOW | O_CLOEXEC, mode);
  close(at);
  return fd;
}

static void write_all(int fd, const char *from, long bytes) {
  while (bytes > 0) {
    ssize_t n = write(fd, from, bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) die("write file");
    from += n, bytes -= n;
  }
}

/* Runs before anything of the job does, in a directory that nobody else has written to. */
static void receive_files(const struct job *job) {
  static char chunk[CHUNK];
  long long at = 0;
  for (long left = job->stdin_bytes; left > 0;) {
    long take = left < CHUNK ? left : CHUNK;
    read_exactly(chunk, take);
    for (long done = 0; done < take;) {
      /* At a place, because the job shares the position of this file. */
      ssize_t n = pwrite(stdin_fd, chunk + done, take - done, at);
      if (n <= 0) die("stdin");
      done += n, at += n;
    }
    left -= take;
  }
  for (int i = 0; i < job->filec; i++) {
    int fd = open_below(job->files[i].path, O_WRONLY | O_CREAT | O_EXCL, 0644);
    if (fd < 0) die(job->files[i].path);
    for (long left = job->files[i].bytes; left > 0;) {
      long take = left < CHUNK ? left : CHUNK;
      read_exactly(chunk, take);
      write_all(fd, chunk, take);
      left -= take;
    }
    close(fd);
  }
}

/* The interpreter that waits gets its program, which by now is a file at that path too, for tracebacks to quote. */
static void resume(const struct job *job, int fifo) {
  static char program[CHUNK];
  int fd = open_below(job->files[0].path, O_RDONLY, 0);
  for (long n; (n = read(fd, program, sizeof program)) != 0;) {
    if (n < 0) die("read program");
    write_all(fifo, program, n);
  }
  close(fd), close(fifo);
}

static void open_pipes(void) {
  int to_out[2], to_err[2];
  if (pipe2(to_out, O_CLOEXEC) < 0 || pipe2(to_err, O_CLOEXEC) < 0) die("pipes");
  out.fd = to_out[0], out.child_fd = to_out[1], out.type = 'O', out.ring = rings[0];
  err.fd = to_err[0], err.child_fd = to_err[1], err.type = 'E', err.ring = rings[1];
}

static void close_pipes(void) {
  close(out.fd), close(err.fd), close(out.child_fd), close(err.child_fd);
}

static void set_cap(struct stream *s, long cap) {
  s->tail = cap / 8 < RING_BYTES ? cap / 8 : RING_BYTES;
  s->head = cap - s->tail;
}

/* Runs in the child. Never returns. */
static void become_job(char **argv, char **envp) {
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
  execve(argv[0], argv, envp);
  dprintf(2, "%s: %s\n", argv[0], strerror(errno));
  _exit(127);
}

static pid_t start(char **argv, char **envp) {
  pid_t child = fork();
  if (child < 0) die("fork");
  if (child == 0) become_job(argv, envp);
  return child;
}

/* Starts an interpreter and waits until it waits for its program. Returns the end of the FIFO that the program goes into. */
static int start_waiting(const char *path, char **argv, char **envp, pid_t *child) {
  if (mkfifo(path, 0600) < 0) die(path);
  *child = start(argv, envp);
  long long until = now_us() + WAKE_LIMIT_MS * 1000LL;
  for (;;) {
    /* Fails with ENXIO until somebody is in open() for reading. */
    int fifo = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (fifo >= 0) return fifo;
    if (errno != ENXIO || now_us() > until || waitpid(*child, NULL, WNOHANG) != 0) die("the interpreter does not wait");
    poll(NULL, 0, WAKE_POLL_MS);
  }
}

static void put_tail(struct stream *s, const unsigned char *bytes, long count) {
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
static int relay(struct stream *s) {
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

/* Passes on what is left in the pipe of a job that is dead, then the last of what went past the head of the cap. */
static void drain(struct stream *s) {
  if (s->fd >= 0) fcntl(s->fd, F_SETFL, O_NONBLOCK);
  do flush_all(); while (s->fd >= 0 && relay(s));
  flush_all();
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

/* CPU time of a process that still runs. */
static long long cpu_us_of(pid_t pid) {
  clockid_t clock;
  struct timespec t;
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) < 0) return 0;
  return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static long long children_cpu_us(void) {
  struct rusage use;
  getrusage(RUSAGE_CHILDREN, &use);
  return (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000LL + use.ru_utime.tv_usec + use.ru_stime.tv_usec;
}

static struct outcome watch(pid_t child, long long deadline) {
  struct outcome end;
  memset(&end, 0, sizeof end);
  end.reason = "timeout";
  for (;;) {
    int busy = pending_at < pending_end;
    struct pollfd p[5] = {{0, POLLIN, 0}, {signals, POLLIN, 0}, {busy ? 1 : -1, POLLOUT, 0},
                          {busy ? -1 : out.fd, POLLIN, 0}, {busy ? -1 : err.fd, POLLIN, 0}};
    long long left = deadline - now_us();
    if (left <= 0) return end;
    if (poll(p, 5, (int)((left + 999) / 1000)) < 0 && errno != EINTR) die("poll");
    if (p[1].revents) {
      struct signalfd_siginfo info;
      struct rusage usage;
      int status;
      if (read(signals, &info, sizeof info) < 0 && errno != EAGAIN) die("signals");
      for (pid_t pid; (pid = wait4(-1, &status, WNOHANG, &usage)) > 0;)
        if (pid == child) {
          end.reason = "exit", end.status = status, end.has_usage = 1, end.usage = usage;
          return end;
        }
    }
    if (p[0].revents) {
      char byte;
      ssize_t n = read(0, &byte, 1);
      if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) {
        end.reason = "cancel";
        return end;
      }
    }
    if (p[2].revents) flush_some();
    if (p[3].revents) relay(&out);
    if (p[4].revents && pending_at == pending_end) relay(&err);
  }
}

static void send_artifact(int number, const char *path, long *room) {
  const char *verdict = "ok";
  long long size = 0;
  struct stat info;
  int fd = open_below(path, O_RDONLY | O_NONBLOCK, 0);
  if (fd < 0) verdict = errno == ENOENT || errno == ENOTDIR ? "missing" : errno == ELOOP ? "not_a_file" : "unreadable";
  else if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode)) verdict = "not_a_file";
  else if ((size = info.st_size) > *room) verdict = "too_large";
  for (long long left = size; !strcmp(verdict, "ok") && left > 0;) {
    pending[FRAME_HEAD] = (unsigned char)number;
    ssize_t n = read(fd, pending + FRAME_HEAD + 1, left < CHUNK - 1 ? left : CHUNK - 1);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) { verdict = "unreadable"; break; }
    put_head('F', (uint32_t)n + 1);
    flush_all();
    left -= n;
  }
  if (!strcmp(verdict, "ok")) *room -= size;
  if (fd >= 0) close(fd);
  put_head('A', snprintf((char *)pending + FRAME_HEAD, CHUNK, "%d %s %lld", number, verdict, size));
  flush_all();
}

static int is_tmp_full(void) {
  struct statvfs space;
  if (statvfs(".", &space) < 0) return 0;
  /* A system that does not count its files, such as gVisor's, says 0 of 0. */
  return (space.f_blocks > 0 && space.f_bfree == 0) || (space.f_files > 0 && space.f_ffree == 0);
}

static void send_end(const struct job *job, const struct outcome *end, long long wall, long long cpu, int compiling) {
  int exited = !strcmp(end->reason, "exit");
  struct rusage all;
  getrusage(RUSAGE_CHILDREN, &all);
  /* The peak of a cgroup in which a compiler ran says nothing of the program. */
  long long peak = job->compile_argc > 0 && !compiling ? -1 : peak_bytes();
  int length = snprintf((char *)pending + FRAME_HEAD, CHUNK, "%s %s %d %d %lld %lld %ld %lld %lld %lld %lld %d %d", job->nonce,
                        end->reason, exited && WIFEXITED(end->status) ? WEXITSTATUS(end->status) : -1,
                        exited && WIFSIGNALED(end->status) ? WTERMSIG(end->status) : -1, wall, cpu,
                        (long)(end->has_usage ? end->usage.ru_maxrss : all.ru_maxrss), peak, oom_kills(), out.seen, err.seen,
                        is_tmp_full(), compiling);
  put_head('X', (uint32_t)length);
  flush_all();
}

/* Until a job comes, or the node lets go, or the waiting interpreter dies. */
static void await_job(pid_t waiting) {
  for (;;) {
    struct pollfd p[2] = {{0, POLLIN, 0}, {signals, POLLIN, 0}};
    if (poll(p, 2, -1) < 0 && errno != EINTR) die("poll");
    if (p[1].revents) {
      struct signalfd_siginfo info;
      if (read(signals, &info, sizeof info) < 0 && errno != EAGAIN) die("signals");
      if (waitpid(waiting, NULL, WNOHANG) != 0) die("the waiting interpreter died");
    }
    if (p[0].revents) return;
  }
}

static int await_resume(void) {
  char byte;
  struct pollfd p = {0, POLLIN, 0};
  say('S');
  return poll(&p, 1, RESUME_LIMIT_MS) > 0 && read(0, &byte, 1) == 1;
}

/* An exit costs the machine more than most jobs do, and nobody waits for it. The node lets go when it has time for it. */
static void linger(void) {
  char byte;
  struct pollfd p = {0, POLLIN, 0};
  while (poll(&p, 1, LINGER_LIMIT_MS) > 0 && read(0, &byte, 1) > 0) { /* nothing more is expected */ }
}

/* The job's own settings stand before the container's, so that they win. */
static char **merge_env(const struct job *job, char **defaults) {
  static char *merged[2 * MAX_STRINGS];
  int count = 0;
  for (; count < job->envc; count++) merged[count] = job->envp[count];
  for (char **one = defaults; *one && count < 2 * MAX_STRINGS - 1; one++) {
    int isSet = 0;
    size_t name = strcspn(*one, "=") + 1;
    for (int i = 0; i < job->envc; i++) isSet |= !strncmp(job->envp[i], *one, name);
    if (!isSet) merged[count++] = *one;
  }
  return merged;
}

int main(int argc, char **argv, char **envp) {
  static struct job job;
  sigset_t chld;
  pid_t child = -1;
  int fifo = -1;

  if (prctl(PR_SET_DUMPABLE, 0) < 0) die("dumpable");
  signal(SIGPIPE, SIG_IGN);
  sigemptyset(&chld);
  sigaddset(&chld, SIGCHLD);
  sigprocmask(SIG_BLOCK, &chld, NULL);
  signals = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
  stdin_fd = memfd_create("stdin", MFD_CLOEXEC);
  if (signals < 0 || stdin_fd < 0) die("descriptors");
  open_pipes();
  if (argc > 2) fifo = start_waiting(argv[1], argv + 2, envp, &child);
  say('R');
  if (child > 0) await_job(child);
  read_job(&job);
  set_cap(&out, job.output_cap), set_cap(&err, job.output_cap);
  if (child > 0 && !job.resume) {
    /* What it has written by now, a warning for instance, goes with it. */
    kill_all();
    close(fifo), close_pipes();
    open_pipes();
    fifo = -1, child = -1;
  }
  if (argc > 2) unlink(argv[1]);
  fcntl(1, F_SETFL, O_NONBLOCK);
  receive_files(&job);

  char **env = merge_env(&job, envp);
  long long cpu_before = child > 0 ? cpu_us_of(child) : children_cpu_us(), begun = now_us();
  struct outcome end;
  int compiling = job.compile_argc > 0;
  if (compiling) {
    end = watch(start(job.compile, env), begun + job.compile_timeout_ms * 1000LL);
    kill_all();
    if (!strcmp(end.reason, "exit") && WIFEXITED(end.status) && WEXITSTATUS(end.status) == 0) {
      compiling = 0;
      flush_all();
      if (!await_resume()) _exit(0);
      cpu_before = children_cpu_us();
    }
  }
  if (!compiling) {
    begun = now_us();
    if (fifo >= 0) resume(&job, fifo);
    else child = start(job.argv, env);
    close(out.child_fd), close(err.child_fd);
    end = watch(child, begun + job.timeout_ms * 1000LL);
  }
  long long wall = now_us() - begun;
  int cancelled = !strcmp(end.reason, "cancel");
  kill_all();
  drain(&out);
  drain(&err);
  long long cpu = children_cpu_us() - cpu_before;
  for (int i = 0; i < job.artifactc && !compiling && !cancelled; i++) send_artifact(i, job.artifacts[i], &job.artifact_cap);
  send_end(&job, &end, wall, cpu, compiling);
  linger();
  return 0;
}
