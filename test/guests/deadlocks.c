/* Waits for ever, in the way that is asked for. */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

struct queue {
  long length;
  pthread_mutex_t mutex;
} queue = {0, PTHREAD_MUTEX_INITIALIZER};
pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
pthread_barrier_t barrier;
sem_t slots;

static void *holder(void *on_heap) {
  pthread_mutex_lock(&queue.mutex);
  pthread_mutex_lock(on_heap);
  pthread_rwlock_wrlock(&table);
  sem_wait(&slots);
  return NULL;
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  pthread_mutex_t *on_heap = malloc(sizeof *on_heap);
  pthread_t thread;
  pthread_mutex_init(on_heap, NULL);
  pthread_barrier_init(&barrier, NULL, 2);
  sem_init(&slots, 0, 0);
  pthread_create(&thread, NULL, holder, on_heap);
  /* Until it sleeps: who goes on as long as it can is let go first. */
  while (pthread_rwlock_tryrdlock(&table) == 0) {
    pthread_rwlock_unlock(&table);
    sched_yield();
  }
  if (strcmp(what, "mutex") == 0) pthread_mutex_lock(&queue.mutex);
  if (strcmp(what, "heap") == 0) pthread_mutex_lock(on_heap);
  if (strcmp(what, "read") == 0) pthread_rwlock_rdlock(&table);
  if (strcmp(what, "condition") == 0) {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex);
    pthread_cond_wait(&condition, &mutex);
  }
  if (strcmp(what, "barrier") == 0) pthread_barrier_wait(&barrier);
  pthread_join(thread, NULL);
  return 0;
}
