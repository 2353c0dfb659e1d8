/* Calls two functions again and again, in a child too, and says what came of it. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

volatile long total;

__attribute__((noinline)) long times(long a, long b) {
  __asm__ volatile("imul %1, %0" : "+r"(a) : "r"(b));
  return a;
}

__attribute__((noinline)) void add(long value) { total += value; }

__attribute__((noinline)) long below(long value) {
  long kept[4];
  for (int i = 0; i < 4; i++) kept[i] = times(value, i);
  __asm__ volatile("" : : "r"(kept) : "memory");
  return kept[3] - kept[2];
}

int main(void) {
  for (long i = 0; i < 100; i++) add(times(i, 3) + below(i));
  if (fork() == 0) {
    add(1);
    printf("child %ld\n", total);
    fflush(stdout);
    _exit(0);
  }
  wait(NULL);
  printf("parent %ld\n", total);
  return 0;
}
