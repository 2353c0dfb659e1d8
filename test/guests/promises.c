// promises: calls with counts and sizes of which next to nothing is there. Prints how many calls it made.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static char bytes[1 << 20];
static int made;
#define CALL(...) (made++, syscall(__VA_ARGS__))
/** No such process, no such descriptor: nothing is to happen. */
#define NOBODY 99999999
#define NONE -1

int main(void) {
  struct {
    void *base;
    unsigned long length;
  } vector[] = {{bytes, 0x7fffffffffffffffUL}, {bytes, -1UL}};
  const long counts[] = {0x7fffffff, 0xffffffff, 0x7fffffffffffffff, -1};
  for (int i = 0; i < 4; i++) {
    long n = counts[i];
    CALL(SYS_poll, bytes, n, 0);
    CALL(SYS_ppoll, bytes, n, bytes, NULL, 8);
    CALL(SYS_select, n, bytes, bytes, bytes, bytes);
    CALL(SYS_pselect6, n, bytes, bytes, bytes, bytes, NULL);
    CALL(SYS_epoll_wait, NONE, bytes, n, 0);
    CALL(SYS_readv, NONE, vector, n);
    CALL(SYS_writev, NONE, vector, n);
    CALL(SYS_vmsplice, NONE, vector, n, 0);
    CALL(SYS_process_vm_readv, NOBODY, vector, n, vector, n, 0);
    CALL(SYS_process_madvise, NONE, vector, n, 0, 0);
    CALL(SYS_keyctl, 20, 0, vector, n, 0);
    CALL(SYS_sendmmsg, NONE, bytes, n, 0);
    CALL(SYS_recvmmsg, NONE, bytes, n, 0, NULL);
    CALL(SYS_sendto, NONE, bytes, n, 0, bytes, n);
    CALL(SYS_setsockopt, NONE, 1, 1, bytes, n);
    CALL(SYS_sched_setaffinity, NOBODY, n, bytes);
    CALL(SYS_mbind, bytes, 4096, 0, bytes, n, 0);
    CALL(SYS_migrate_pages, NOBODY, n, bytes, bytes);
    CALL(SYS_move_pages, NOBODY, n, bytes, bytes, bytes, 0);
    CALL(SYS_mincore, bytes, n, bytes);
    CALL(SYS_io_submit, 0, n, bytes);
    CALL(SYS_semop, NONE, bytes, n);
    CALL(SYS_futex_waitv, bytes, n, 0, NULL, 0);
    CALL(SYS_bpf, 2, bytes, n);
    CALL(SYS_clone3, bytes, n);
    CALL(SYS_openat2, NONE, "x", bytes, n);
    CALL(SYS_landlock_create_ruleset, bytes, n, 0);
    CALL(SYS_getdents64, NONE, bytes, n);
    CALL(SYS_fsetxattr, NONE, "a", bytes, n, 0);
  }
  printf("%d\n", made);
  return 0;
}
