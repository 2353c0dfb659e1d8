/* Uses a lock of each kind in two threads; "before" uses them alone first. */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
pthread_rwlock_t shared = PTHREAD_RWLOCK_INITIALIZER;
pthread_barrier_t barrier;
pthread_once_t once = PTHREAD_ONCE_INIT;
sem_t semaphore;
int turn;
long counter;

static void begin(void) { counter = 0; }

static void locked(void) {
  pthread_mutex_lock(&mutex);
  counter++;
  pthread_mutex_unlock(&mutex);
}

static void *other(void *_) {
  pthread_once(&once, begin);
  pthread_rwlock_rdlock(&shared);
  pthread_rwlock_unlock(&shared);
  sem_post(&semaphore);
  locked();
  pthread_mutex_lock(&mutex);
  turn = 1;
  pthread_cond_signal(&condition);
  pthread_mutex_unlock(&mutex);
  pthread_barrier_wait(&barrier);
  return NULL;
}

int main(int argc, char **argv) {
  pthread_t thread;
  pthread_barrier_init(&barrier, NULL, 2);
  sem_init(&semaphore, 0, 0);
  if (argc > 1 && strcmp(argv[1], "before") == 0) {
    for (int i = 0; i < 1000; i++) locked();
  }
  pthread_create(&thread, NULL, other, NULL);
  pthread_rwlock_wrlock(&shared);
  pthread_rwlock_unlock(&shared);
  sem_wait(&semaphore);
  pthread_mutex_lock(&mutex);
  while (!turn) pthread_cond_wait(&condition, &mutex);
  pthread_mutex_unlock(&mutex);
  if (pthread_mutex_trylock(&mutex) == 0) pthread_mutex_unlock(&mutex);
  pthread_barrier_wait(&barrier);
  pthread_join(thread, NULL);
  printf("%d %d\n", turn, counter > 0);
  fflush(stdout);
  /* Not by way of exit(3): the C library has locks of its own there. */
  _exit(0);
}
