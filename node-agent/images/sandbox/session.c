/*
 * PID 1 of a session's container. It starts a kernel, which is the command in its arguments, hands it one call after the other,
 * and keeps the time of each.
 *
 * In:   frames of one type byte, a 32-bit big-endian length and a payload:
 *         N  the first one: "nonce output_cap", with the output cap for each stream of each call
 *         C  a call: "call_nonce timeout_ms\n", then the program. None may come before the last one is answered
 *       stdin stays open: its end means that the session is over, and the kernel is killed.
 * Out:  frames of the same form:
 *         R  the kernel waits for calls (empty)
 *         O E o e  output, as for jobs; what comes between two calls counts for the later one
 *         V  bytes of the text of a call's value
 *         D  the end of a call: "call_nonce verdict has_value value_cut timed_out wall_us oom_kills out_bytes err_bytes" with
 *            verdict ok|error|interrupted. timed_out says that the kernel was interrupted; oom_kills counts those of the session
 *         X  the end of the session, as for jobs: reason exit when the kernel ended by itself, timeout when it did not come
 *            back after an interrupt, cancel when stdin ended, uncounted as for jobs
 *
 * The kernel has its calls on descriptor 3, a pipe: a type byte, a 32-bit big-endian length and a payload, C for a call, "nonce\n"
 * and the program, and I, empty, for an interrupt; SIGINT goes to its process group at the same time. It answers on descriptor 4,
 * a socket of whole packets, so that what a program writes there by mistake is a packet of its own and is thrown away: first
 * "ready", then for each call "nonce verdict has_value value_cut\n" and the value. A program shares the kernel's memory, so it can forge the
 * answer to a call of its own session. Times, kills and the end are measured here, where it cannot reach.
 */
#include "supervising.h"
#include <sys/ioctl.h>
#include <sys/socket.h>

enum { CODE_BYTES = 1 << 20, CALL_HEAD = 128, ANSWER_BYTES = 65536 + 256, READY_LIMIT_MS = 30000, GRACE_MS = 2000,
       INTERRUPT_AGAIN_MS = 250 };

static struct { unsigned char bytes[FRAME_HEAD + CALL_HEAD + CODE_BYTES + 1]; long have; } inbox;
/* What is on its way to the kernel: the head of a frame, then the program where it lies in the inbox. */
static struct { char head[FRAME_HEAD + 80]; long head_bytes, code_bytes, at; const unsigned char *code; int interrupt; } to_kernel;
static struct { char nonce[33]; int running, interrupted; long long begun, deadline, interrupt_at; } call;
static char answer[ANSWER_BYTES], nonce[33];
static int calls_in = -1, answers_in = -1;
static pid_t kernel;

static uint32_t length_at(const unsigned char *head) {
  return (uint32_t)head[1] << 24 | (uint32_t)head[2] << 16 | (uint32_t)head[3] << 8 | head[4];
}

static void put_length(char *head, uint32_t length) {
  head[1] = length >> 24, head[2] = length >> 16, head[3] = length >> 8, head[4] = length;
}

static void start_kernel(char **argv, char **envp) {
  int to[2], from[2], room = 2 * ANSWER_BYTES;
  if (pipe2(to, O_CLOEXEC) < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, from) < 0) die("channels");
  calls_fd = to[0], calls_in = to[1], answers_in = from[0], answers_fd = from[1];
  /* The program could read its own output's pipe, so nothing that poll said of it need be true any more. */
  fcntl(calls_in, F_SETFL, O_NONBLOCK), fcntl(out.fd, F_SETFL, O_NONBLOCK), fcntl(err.fd, F_SETFL, O_NONBLOCK);
  setsockopt(answers_fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
  kernel = start(argv, envp);
  close(calls_fd), close(answers_fd), close(out.child_fd), close(err.child_fd);
}

/* Writes what the kernel takes: one that does not read its calls runs out of time like any other. */
static void feed_kernel(void) {
  long all = to_kernel.head_bytes + to_kernel.code_bytes;
  while (to_kernel.at < all || to_kernel.interrupt) {
    static const char interrupt[FRAME_HEAD] = {'I', 0, 0, 0, 0};
    ssize_t n;
    if (to_kernel.at < to_kernel.head_bytes)
      n = write(calls_in, to_kernel.head + to_kernel.at, to_kernel.head_bytes - to_kernel.at);
    else if (to_kernel.at < all)
      n = write(calls_in, to_kernel.code + (to_kernel.at - to_kernel.head_bytes), all - to_kernel.at);
    else if ((n = write(calls_in, interrupt, sizeof interrupt)) > 0) to_kernel.interrupt = 0, n = 0;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      /* It has closed its end, and will never answer. */
      if (errno != EAGAIN) to_kernel.at = all, to_kernel.interrupt = 0;
      return;
    }
    to_kernel.at += n;
  }
}

static void begin_call(void) {
  unsigned char *payload = inbox.bytes + FRAME_HEAD;
  long bytes = inbox.have - FRAME_HEAD, timeout_ms;
  payload[bytes] = 0;
  unsigned char *code = memchr(payload, '\n', bytes < CALL_HEAD ? bytes : CALL_HEAD);
  if (!code || call.running || sscanf((char *)payload, "%32s %ld\n", call.nonce, &timeout_ms) != 2) die("bad call");
  code++;
  to_kernel.code = code, to_kernel.code_bytes = bytes - (code - payload), to_kernel.at = 0, to_kernel.interrupt = 0;
  to_kernel.head_bytes = FRAME_HEAD + snprintf(to_kernel.head + FRAME_HEAD, sizeof to_kernel.head - FRAME_HEAD, "%s\n", call.nonce);
  to_kernel.head[0] = 'C';
  put_length(to_kernel.head, (uint32_t)(to_kernel.head_bytes - FRAME_HEAD + to_kernel.code_bytes));
  call.running = 1, call.interrupted = 0, call.begun = now_us();
  call.deadline = call.begun + timeout_ms * 1000LL;
  feed_kernel();
}

/* 0 at the end of stdin. */
static int read_inbox(void) {
  long want = inbox.have < FRAME_HEAD ? FRAME_HEAD : FRAME_HEAD + (long)length_at(inbox.bytes);
  if (want > (long)sizeof inbox.bytes - 1 || call.running) die("a frame that is too long or too early");
  ssize_t n = read(0, inbox.bytes + inbox.have, want - inbox.have);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return 1;
  if (n <= 0) return 0;
  inbox.have += n;
  if (inbox.have < FRAME_HEAD || inbox.have < FRAME_HEAD + (long)length_at(inbox.bytes)) return 1;
  if (inbox.bytes[0] == 'C') begin_call();
  else die("an unknown frame");
  inbox.have = 0;
  return 1;
}

static void read_settings(void) {
  char head[FRAME_HEAD], text[CALL_HEAD];
  long cap;
  read_exactly(head, sizeof head);
  uint32_t length = length_at((unsigned char *)head);
  if (head[0] != 'N' || length >= sizeof text) die("bad settings");
  read_exactly(text, length);
  text[length] = 0;
  if (sscanf(text, "%32s %ld", nonce, &cap) != 2) die("bad settings");
  set_cap(&out, cap), set_cap(&err, cap);
}

/* What was written before the answer is in the pipe by now, and no more of it than the pipe says: a thread may go on writing. */
static void relay_written(struct stream *s) {
  int left = 0;
  if (s->fd >= 0) ioctl(s->fd, FIONREAD, &left);
  for (long long until = s->seen + left; s->fd >= 0 && s->seen < until;) {
    flush_all();
    if (!relay(s)) break;
  }
  flush_all();
  send_tail(s);
}

/* Takes the kernel's word for what its call came to, or throws away what is none. */
static void take_answer(long bytes) {
  char theirs[33], verdict[16];
  int has_value, cut, head = 0;
  answer[bytes] = 0;
  if (!call.running || sscanf(answer, "%32s %15s %d %d%n", theirs, verdict, &has_value, &cut, &head) != 4) return;
  if (strcmp(theirs, call.nonce) || answer[head] != '\n') return;
  if (strcmp(verdict, "ok") && strcmp(verdict, "error") && strcmp(verdict, "interrupted")) return;
  long long wall = now_us() - call.begun;
  flush_all();
  relay_written(&out), relay_written(&err);
  for (long at = head + 1; has_value && at < bytes;) {
    long take = bytes - at < CHUNK ? bytes - at : CHUNK;
    memcpy(pending + FRAME_HEAD, answer + at, take);
    put_head('V', (uint32_t)take);
    flush_all();
    at += take;
  }
  put_head('D', snprintf((char *)pending + FRAME_HEAD, CHUNK, "%s %s %d %d %d %lld %lld %lld %lld", call.nonce, verdict, has_value != 0,
                         cut != 0, call.interrupted, wall, oom_kills(), out.seen, err.seen));
  flush_all();
  out.seen = err.seen = 0;
  call.running = 0, to_kernel.at = to_kernel.head_bytes + to_kernel.code_bytes, to_kernel.interrupt = 0;
}

/* 0 when nothing was there, or the kernel has closed its end. */
static int read_answer(void) {
  ssize_t n = recv(answers_in, answer, sizeof answer - 1, MSG_DONTWAIT);
  if (n > 0) take_answer(n);
  return n > 0;
}

static void await_ready(void) {
  struct pollfd p[2] = {{answers_in, POLLIN, 0}, {0, 0, 0}};
  if (poll(p, 2, READY_LIMIT_MS) <= 0 || p[1].revents || recv(answers_in, answer, sizeof answer - 1, 0) != 5 ||
      memcmp(answer, "ready", 5))
    die("the kernel does not get ready");
  say('R');
}

static void interrupt(long long now) {
  call.interrupted = 1;
  call.interrupt_at = now + INTERRUPT_AGAIN_MS * 1000LL;
  to_kernel.interrupt = 1;
  feed_kernel();
  /* To its group, as a terminal does: a child that the kernel waits for has to hear it, too. */
  kill(-kernel, SIGINT);
}

/* 1 when the kernel has ended. */
static int reap(struct outcome *end) {
  struct signalfd_siginfo info;
  struct rusage usage;
  int status, ended = 0;
  if (read(signals, &info, sizeof info) < 0 && errno != EAGAIN) die("signals");
  for (pid_t pid; (pid = wait4(-1, &status, WNOHANG, &usage)) > 0;)
    if (pid == kernel) end->reason = "exit", end->status = status, end->has_usage = 1, end->usage = usage, ended = 1;
  return ended;
}

static void serve(struct outcome *end) {
  long long look_at = now_us();
  for (;;) {
    if (is_beyond(&look_at)) {
      end->reason = "uncounted", end->status = SIGKILL;
      return;
    }
    int busy = pending_at < pending_end;
    int feeding = to_kernel.at < to_kernel.head_bytes + to_kernel.code_bytes || to_kernel.interrupt;
    struct pollfd p[7] = {{0, POLLIN, 0}, {signals, POLLIN, 0}, {answers_in, POLLIN, 0}, {feeding ? calls_in : -1, POLLOUT, 0},
                          {busy ? 1 : -1, POLLOUT, 0}, {busy ? -1 : out.fd, POLLIN, 0}, {busy ? -1 : err.fd, POLLIN, 0}};
    long long now = now_us(), next = call.interrupted ? call.interrupt_at : call.deadline;
    if (call.running && now >= call.deadline + GRACE_MS * 1000LL) {
      end->reason = "timeout";
      return;
    }
    if (call.running && now >= next) {
      interrupt(now);
      continue;
    }
    if (!call.running || look_at < next) next = look_at;
    if (poll(p, 7, now < next ? (int)((next - now + 999) / 1000) : 0) < 0 && errno != EINTR) die("poll");
    if (p[2].revents & POLLIN) read_answer();
    else if (p[2].revents) {
      /* It has closed its end, and can never answer again. */
      kill(kernel, SIGKILL);
      close(answers_in);
      answers_in = -1;
    }
    if (p[1].revents && reap(end)) {
      /* The last word of a kernel that ended right behind it. */
      while (answers_in >= 0 && call.running && read_answer()) { /* until one is the answer, or there is none */ }
      return;
    }
    if (p[0].revents && !read_inbox()) {
      end->reason = "cancel";
      return;
    }
    if (p[3].revents) feed_kernel();
    if (p[4].revents) flush_some();
    if (p[5].revents && pending_at == pending_end) relay(&out);
    if (p[6].revents && pending_at == pending_end) relay(&err);
  }
}

int main(int argc, char **argv, char **envp) {
  struct outcome end;
  memset(&end, 0, sizeof end);
  if (argc < 2) die("no kernel");
  begin();
  read_settings();
  start_kernel(argv + 1, envp);
  await_ready();
  fcntl(1, F_SETFL, O_NONBLOCK);
  long long begun = now_us(), cpu_before = spent_cpu_us(kernel);
  serve(&end);
  kill_all();
  drain(&out);
  drain(&err);
  struct usage use = {now_us() - begun, spent_cpu_us(kernel) - cpu_before, peak_bytes()};
  send_end(nonce, &end, &use, 0);
  linger();
  return 0;
}
