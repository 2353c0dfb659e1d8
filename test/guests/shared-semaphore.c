/* Two processes take turns by a semaphore in memory that they share; neither has a second thread. */
#include <semaphore.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
  sem_t semaphore;
  int balance;
};

int main(void) {
  struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  sem_init(&shared->semaphore, 1, 1);
  for (int i = 0; i < 2; i++) {
    if (fork() != 0) continue;
    sem_wait(&shared->semaphore);
    shared->balance++;
    sem_post(&shared->semaphore);
    _exit(0);
  }
  while (wait(NULL) > 0) {
  }
  sem_wait(&shared->semaphore);
  printf("%d\n", shared->balance);
  fflush(stdout);
  _exit(0);
}
