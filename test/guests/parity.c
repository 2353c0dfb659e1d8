// parity [FORKS]: six rounds of a few raw system calls, and what each of them returned. Lines are printed by writev, which no
// test injects anything into. With an argument the same again in so many children, one after another.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int signals;

static void on_signal(int signal) { signals += signal; }

static void say(const char *format, ...) {
  char text[256];
  va_list args;
  va_start(args, format);
  struct iovec piece = {text, vsnprintf(text, sizeof text, format, args)};
  va_end(args);
  writev(1, &piece, 1);
}

static long show(const char *name, long result) {
  say(" %s=%ld", name, result < 0 ? -errno : result);
  return result;
}

static void rounds(void) {
  int null = open("/dev/null", O_WRONLY);
  int zero = syscall(SYS_openat, AT_FDCWD, "/dev/zero", O_RDONLY);
  for (int i = 1; i <= 6; i++) {
    unsigned char in[4] = {9, 9, 9, 9};
    char out[4] = "abc", path[32] = "/dev/null";
    say("%d:", i);
    show("read", syscall(SYS_read, zero, in, sizeof in));
    say("[%02x%02x%02x%02x]", in[0], in[1], in[2], in[3]);
    show("write", syscall(SYS_write, null, out, sizeof out));
    say("[%02x%02x%02x%02x]", out[0], out[1], out[2], out[3]);
    show("access", syscall(SYS_access, path, F_OK));
    say("[%s]", path);
    show("chdir", syscall(SYS_chdir, "/"));
    show("umask", syscall(SYS_umask, 022));
    show("dup", syscall(SYS_dup, zero));
    show("getpgid", syscall(SYS_getpgid, 0) > 0 ? 1 : -1);
    say(" signals=%d\n", signals);
  }
}

int main(int argc, char **argv) {
  signal(SIGUSR1, on_signal);
  signal(SIGRTMIN, on_signal);
  rounds();
  for (int i = argc > 1 ? atoi(argv[1]) : 0; i > 0; i--) {
    if (fork() == 0) {
      rounds();
      _exit(0);
    }
    int status;
    wait(&status);
    say("child %d\n", status);
  }
  return 3;
}
