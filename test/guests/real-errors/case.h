// What the cases have in common: how they are told apart, and how what they see is told.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/time_types.h>
#include <mqueue.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct Case {
  const char *call, *error, *variant;
  void (*run)(void);
};

// Whether the error is provoked; otherwise it is left to whoever traces this, and all else is the same.
static int real;
static char case_name[16];

#define SAY(format, ...) printf(" " format, __VA_ARGS__)

static long result(long value) { return value < 0 ? -errno : value; }

// The calls that are meant are those of a task that has the name of the case.
static long begin(void) {
  fflush(stdout);
  return prctl(PR_SET_NAME, case_name);
}

static long end(long value) {
  value = result(value);
  prctl(PR_SET_NAME, "real-errors");
  SAY("result=%ld", value);
  return value;
}

#define TARGET(call) (begin(), end(call))

static void must(long value, const char *what) {
  if (value >= 0) return;
  printf(" can't %s: %s", what, strerror(errno));
  fflush(stdout);
  _exit(3);
}
#define MUST(call) must(call, #call)

static volatile int heard[65];
static void on_signal(int signal) { heard[signal]++; }

// Handlers that say what has come. Those of alarms interrupt what is not restarted.
static void listen_for(int signal, int flags) {
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = flags};
  MUST(sigaction(signal, &action, 0));
}

static void say_signals(void) {
  const int of[] = {SIGPIPE, SIGXFSZ, SIGALRM, SIGCHLD};
  for (int i = 0; i < 4; i++) {
    if (heard[of[i]]) SAY("%s", of[i] == SIGPIPE ? "SIGPIPE" : of[i] == SIGXFSZ ? "SIGXFSZ" : of[i] == SIGALRM ? "SIGALRM" : "SIGCHLD");
  }
}

// All that can be seen of a descriptor without changing it.
static void say_fd(const char *name, int fd) {
  struct stat found;
  if (fcntl(fd, F_GETFD) < 0) {
    SAY("%s=closed", name);
    return;
  }
  fstat(fd, &found);
  struct pollfd event = {fd, POLLIN | POLLOUT | POLLPRI | POLLRDHUP, 0};
  poll(&event, 1, 0);
  SAY("%s=[flags %o%s", name, fcntl(fd, F_GETFL), fcntl(fd, F_GETFD) & FD_CLOEXEC ? " cloexec" : "");
  if (S_ISREG(found.st_mode)) SAY("size %ld offset %ld", (long)found.st_size, (long)lseek(fd, 0, SEEK_CUR));
  SAY("revents %x]", event.revents);
}

static void say_file(const char *path) {
  struct stat found;
  if (lstat(path, &found) < 0) SAY("%s=%d", path, -errno);
  else SAY("%s=[mode %o size %ld links %ld]", path, found.st_mode, (long)found.st_size, (long)found.st_nlink);
}

// What a socket says of its connection, and whether it can still be used.
static void say_socket(const char *name, int fd) {
  char byte;
  int error = 0;
  socklen_t size = sizeof error;
  struct sockaddr_storage peer;
  say_fd(name, fd);
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  size = sizeof peer;
  SAY("error=%d peer=%ld", error, result(getpeername(fd, (void *)&peer, &size)));
  SAY("recv=%ld", result(recv(fd, &byte, 1, MSG_DONTWAIT)));
  SAY("send=%ld", result(send(fd, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL)));
  SAY("again=%ld shutdown=%ld", result(recv(fd, &byte, 1, MSG_DONTWAIT)), result(shutdown(fd, SHUT_WR)));
}

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec + at.tv_nsec / 1e9;
}

// Limits are lowered for the call that is to meet them alone, and only where it is to meet them for real.
static struct rlimit kept;
static void lower(int resource, rlim_t limit) {
  MUST(getrlimit(resource, &kept));
  struct rlimit low = {limit, kept.rlim_max};
  if (real) MUST(setrlimit(resource, &low));
}
static void raise_again(int resource) { MUST(setrlimit(resource, &kept)); }

static void become_nobody(void) { MUST(setresgid(65534, 65534, 65534)), MUST(setresuid(65534, 65534, 65534)); }

static int make(const char *path, int bytes) {
  int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
  MUST(fd);
  char *content = malloc(bytes + 1);
  memset(content, 'o', bytes);
  MUST(write(fd, content, bytes));
  free(content);
  return fd;
}
