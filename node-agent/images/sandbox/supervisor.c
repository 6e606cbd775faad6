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
 *            tmp_full compiling" with reason exit|timeout|cancel|uncounted (it held what holds_uncounted() counts and was
 *            killed), exit and signal -1 where there is none, and peak_bytes and oom_kills -1 where the cgroup cannot be
 *            read. out_bytes and err_bytes count what was left out, too.
 *
 * The job never holds the container's own stdio, so it cannot write frames; the nonce comes after a waiting interpreter was
 * started; and this process is not dumpable, so a job of the same uid can neither open /proc/1/fd nor read the nonce.
 * Output past the cap is read and thrown away here, but for the last of it, at the expense of the container's own CPU share.
 * Artifacts are read when every process of the job is dead, under the job's own uid, and through no link.
 * Signals from inside do not reach PID 1.
 */
#include "supervising.h"

enum { HEADER_BYTES = 192, MAX_STRINGS = 1024, MAX_STRING_BYTES = 1 << 20, WAKE_LIMIT_MS = 20000, WAKE_POLL_MS = 2,
       RESUME_LIMIT_MS = 15000 };

struct job {
  char nonce[65];
  int resume, compile_argc, argc, envc, filec, artifactc;
  long timeout_ms, compile_timeout_ms, output_cap, artifact_cap, string_bytes, stdin_bytes;
  char *compile[MAX_STRINGS], *argv[MAX_STRINGS], *envp[MAX_STRINGS], *artifacts[MAX_STRINGS];
  struct { char *path; long bytes; } files[MAX_STRINGS];
};

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

static struct outcome watch(pid_t child, long long deadline) {
  struct outcome end;
  long long look_at = now_us() + LOOK_MS * 1000LL;
  memset(&end, 0, sizeof end);
  end.reason = "timeout";
  for (;;) {
    int busy = pending_at < pending_end;
    struct pollfd p[5] = {{0, POLLIN, 0}, {signals, POLLIN, 0}, {busy ? 1 : -1, POLLOUT, 0},
                          {busy ? -1 : out.fd, POLLIN, 0}, {busy ? -1 : err.fd, POLLIN, 0}};
    if (is_beyond(&look_at)) {
      end.reason = "uncounted", end.status = SIGKILL;
      return end;
    }
    long long now = now_us(), next = deadline < look_at ? deadline : look_at;
    if (now >= deadline) return end;
    if (poll(p, 5, now < next ? (int)((next - now + 999) / 1000) : 0) < 0 && errno != EINTR) die("poll");
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
  pid_t child = -1;
  int fifo = -1;

  begin();
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
  long long cpu_before = spent_cpu_us(child), begun = now_us();
  struct outcome end;
  int compiling = job.compile_argc > 0;
  if (compiling) {
    end = watch(start(job.compile, env), begun + job.compile_timeout_ms * 1000LL);
    kill_all();
    if (!strcmp(end.reason, "exit") && WIFEXITED(end.status) && WEXITSTATUS(end.status) == 0) {
      compiling = 0;
      flush_all();
      if (!await_resume()) _exit(0);
      cpu_before = spent_cpu_us(child);
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
  long long cpu = spent_cpu_us(child) - cpu_before;
  for (int i = 0; i < job.artifactc && !compiling && !cancelled; i++) send_artifact(i, job.artifacts[i], &job.artifact_cap);
  /* The peak of a cgroup in which a compiler ran says nothing of the program. */
  struct usage use = {wall, cpu, job.compile_argc > 0 && !compiling ? -1 : peak_bytes()};
  send_end(job.nonce, &end, &use, compiling);
  linger();
  return 0;
}
