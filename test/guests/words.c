// words: calls with words of 64 bits that need care. Of an int the upper half means nothing; of a long it does; numbers of
// structures are larger than a double holds; vectors are empty; a count promises more than there is.
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define GARBAGE 0xfacefeed00000000UL
#define WRONG 0xbadc0ded00000000UL

int main(void) {
  int ends[2];
  if (pipe(ends) != 0 || write(ends[1], "x", 1) != 1) return 1;
  struct pollfd ready = {.fd = ends[0], .events = POLLIN};
  syscall(SYS_poll, &ready, GARBAGE | 1, GARBAGE);
  syscall(SYS_ppoll, &ready, GARBAGE | 1, NULL, NULL, 8);
  // As many bits as strace looks at, of which the first word has one.
  static unsigned long set[(1 << 20) / 64];
  set[0] = 1UL << ends[0];
  struct timeval soon = {0, 1};
  syscall(SYS_select, GARBAGE | 0x7fffffff, set, NULL, NULL, &soon);
  syscall(SYS_fchmod, GARBAGE | 99, GARBAGE | 0640);
  syscall(SYS_lseek, GARBAGE | 99, 0x8000000000000001UL, GARBAGE | SEEK_SET);

  syscall(SYS_pkey_alloc, WRONG, WRONG | 2);
  syscall(SYS_mbind, 0x10000, 4096, 0xffffffff00000000UL, NULL, 0, WRONG | 1);
  syscall(SYS_mmap, NULL, 0, WRONG | 1, WRONG | 2, -1, 0L);
  syscall(SYS_madvise, 0x10000, 4096, WRONG | 4);
  syscall(SYS_fcntl, 99, F_SETFD, WRONG | 1);

  unsigned long fork[8] = {0, 0, 0, 0, 0xdeadbeefcafef00dUL, 0, 0, 0};
  syscall(SYS_clone3, fork, sizeof fork);
  struct timespec times[2] = {{-3819351491602432273L, 0}, {9007199254740993L, 1000000000}};
  syscall(SYS_utimensat, 99, NULL, times, 0);
  unsigned long how[3] = {WRONG, 0x20000000000001UL, WRONG | 8};
  syscall(SYS_openat2, -1, "x", how, sizeof how);

  char *nothing[] = {NULL};
  syscall(SYS_execve, "/nonexistent", nothing, nothing);
  struct iovec buffer = {"x", 1};
  syscall(SYS_writev, -1, &buffer, 0);
  syscall(SYS_readv, ends[0], &buffer, 0);
  return 0;
}
