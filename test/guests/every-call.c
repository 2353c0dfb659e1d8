// every-call: makes each system call there is, in a child of its own, with arguments that are all -1: almost all fail, and
// none does harm. A rule with arg6==-1 meets these calls and no other. Prints how many children there were.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// vfork's child would go on in our frame, vhangup hangs up the terminal, msgget leaves a queue behind.
static int is_left_out(int nr) { return nr == SYS_vfork || nr == SYS_vhangup || nr == SYS_msgget; }

static long raw(long nr) {
  register long d __asm__("r10") = -1, e __asm__("r8") = -1, f __asm__("r9") = -1;
  long result = nr;
  __asm__ volatile("syscall" : "+a"(result) : "D"(-1L), "S"(-1L), "d"(-1L), "r"(d), "r"(e), "r"(f) : "rcx", "r11", "memory");
  return result;
}

int main(void) {
  int children = 0;
  for (int nr = 0; nr < 470; nr++) {
    if (is_left_out(nr)) continue;
    pid_t child = fork();
    if (child == 0) {
      setsid();
      ualarm(200000, 0);
      raw(nr);
      _exit(0);
    }
    int status;
    if (child > 0) waitpid(child, &status, 0);
    children++;
  }
  printf("%d children\n", children);
  return 0;
}
