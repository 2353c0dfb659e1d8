/* races NAME: programs of one defect each, that shows in some orders of its tasks only; and right ones. Exit status 0: all went well. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef void *(*body)(void *);

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;

static int verdict(int good, const char *what) {
  if (!good) fprintf(stderr, "BUG %s\n", what);
  return good ? 0 : 1;
}

static void threads(int count, const body *bodies) {
  pthread_t ids[8];
  for (int i = 0; i < count; i++) pthread_create(&ids[i], NULL, bodies[i], (void *)(long)i);
  for (int i = 0; i < count; i++) pthread_join(ids[i], NULL);
}

static void processes(int count, void (*work)(int)) {
  for (int i = 0; i < count; i++)
    if (fork() == 0) {
      work(i);
      _exit(0);
    }
  while (wait(NULL) > 0) {}
}

static int number_in(const char *name) {
  char text[16] = "";
  int fd = open(name, O_RDONLY);
  if (read(fd, text, sizeof text - 1) < 0) exit(2);
  close(fd);
  return atoi(text);
}

static void put_number(const char *name, int number) {
  char text[16];
  int length = snprintf(text, sizeof text, "%d", number);
  int fd = open(name, O_WRONLY | O_CREAT, 0600);
  if (write(fd, text, length) != length) exit(2);
  close(fd);
}

/* ---- two tasks read a number, add, and write it back */
static void add_to_file(int task) {
  (void)task;
  put_number("n", number_in("n") + 1);
}
static int lost_update(void) {
  put_number("n", 0);
  processes(2, add_to_file);
  return verdict(number_in("n") == 2, "an update is lost");
}

/* ---- something is looked for, then made */
static atomic_int failed;
static void *look_then_make(void *arg) {
  if (access("d", F_OK) != 0 && mkdir("d", 0700) != 0) failed = 1;
  return arg;
}
static int check_act(void) {
  threads(2, (const body[]){look_then_make, look_then_make});
  return verdict(!failed, "mkdir");
}

/* ---- a thread uses what its maker sets behind pthread_create() */
static char *volatile name;
static void *use_name(void *arg) {
  if (name == NULL) failed = 1;
  return arg;
}
static int order(void) {
  pthread_t id;
  pthread_create(&id, NULL, use_name, NULL);
  name = strdup("name");
  pthread_join(id, NULL);
  return verdict(!failed, "used before it is set");
}

/* ---- a signal comes between the look and pause() */
static volatile sig_atomic_t came;
static void on_signal(int nr) { came = nr; }
static int pause_signal(void) {
  signal(SIGUSR1, on_signal);
  pid_t child = fork();
  if (child == 0) {
    kill(getppid(), SIGUSR1);
    _exit(0);
  }
  if (!came) pause();
  waitpid(child, NULL, 0);
  return 0;
}

/* ---- two critical sections where one is needed */
static int balance;
static void *two_locks(void *arg) {
  pthread_mutex_lock(&m);
  int seen = balance;
  pthread_mutex_unlock(&m);
  pthread_mutex_lock(&m);
  balance = seen + 1;
  pthread_mutex_unlock(&m);
  return arg;
}
static int two_sections(void) {
  threads(2, (const body[]){two_locks, two_locks});
  return verdict(balance == 2, "an update is lost");
}

/* ---- two locks, in both orders */
static void *m_then_other(void *arg) {
  pthread_mutex_lock(&m);
  pthread_mutex_lock(&other);
  pthread_mutex_unlock(&other);
  pthread_mutex_unlock(&m);
  return arg;
}
static void *other_then_m(void *arg) {
  pthread_mutex_lock(&other);
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  pthread_mutex_unlock(&other);
  return arg;
}
static int abba(void) {
  threads(2, (const body[]){m_then_other, other_then_m});
  return 0;
}

/* ---- the predicate is looked at without the lock */
static atomic_int ready;
static void *wait_ready(void *arg) {
  if (!ready) {
    pthread_mutex_lock(&m);
    pthread_cond_wait(&cond, &m);
    pthread_mutex_unlock(&m);
  }
  return arg;
}
static void *say_ready(void *arg) {
  ready = 1;
  pthread_cond_signal(&cond);
  return arg;
}
static int lost_wakeup(void) {
  threads(2, (const body[]){wait_ready, say_ready});
  return 0;
}

/* ---- a barrier is waited at with a lock that who is to come there needs */
static pthread_barrier_t barrier;
static void *lock_then_meet(void *arg) {
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  pthread_barrier_wait(&barrier);
  return arg;
}
static void *meet_locked(void *arg) {
  pthread_mutex_lock(&m);
  pthread_barrier_wait(&barrier);
  pthread_mutex_unlock(&m);
  return arg;
}
static int barrier_misuse(void) {
  pthread_barrier_init(&barrier, NULL, 2);
  threads(2, (const body[]){lock_then_meet, meet_locked});
  return 0;
}

/* ---- published before it is made */
static struct settings {
  int size;
} the_settings, *_Atomic settings;
static void *use_settings(void *arg) {
  if (settings == NULL) {
    pthread_mutex_lock(&m);
    if (settings == NULL) {
      settings = &the_settings;
      the_settings.size = number_in("n");
    }
    pthread_mutex_unlock(&m);
  }
  if (settings->size != 7) failed = 1;
  return arg;
}
static int double_checked(void) {
  put_number("n", 7);
  threads(2, (const body[]){use_settings, use_settings});
  return verdict(!failed, "used before it is made");
}

/* ---- a free list without locks: its head is the same again, what follows it is not */
static struct node {
  struct node *next;
  atomic_int used;
} nodes[3];
static struct node *_Atomic head;
static struct node *take(void) {
  for (;;) {
    struct node *first = head;
    if (first == NULL) return NULL;
    struct node *next = first->next;
    sched_yield();
    if (!atomic_compare_exchange_strong(&head, &first, next)) continue;
    if (atomic_exchange(&first->used, 1)) failed = 1;
    return first;
  }
}
static void give_back(struct node *node) {
  node->used = 0;
  do node->next = head;
  while (!atomic_compare_exchange_strong(&head, &node->next, node));
}
static void *take_two(void *arg) {
  take();
  take();
  return arg;
}
static void *take_and_give(void *arg) {
  struct node *one = take();
  take();
  if (one) give_back(one);
  return arg;
}
static int aba(void) {
  for (int i = 0; i < 3; i++) give_back(&nodes[i]);
  threads(2, (const body[]){take_two, take_and_give});
  return verdict(!failed, "a node is taken twice");
}

/* ---- what was seen under a read lock is used under a write lock */
static int entries;
static void *insert_once(void *arg) {
  pthread_rwlock_rdlock(&rw);
  int seen = entries;
  pthread_rwlock_unlock(&rw);
  if (seen == 0) {
    pthread_rwlock_wrlock(&rw);
    entries++;
    pthread_rwlock_unlock(&rw);
  }
  return arg;
}
static int rwlock_upgrade(void) {
  threads(2, (const body[]){insert_once, insert_once});
  return verdict(entries == 1, "inserted twice");
}

/* ---- one condition variable for two predicates, and one is woken */
static int full;
static void *put_two(void *arg) {
  for (int i = 0; i < 2; i++) {
    pthread_mutex_lock(&m);
    while (full) pthread_cond_wait(&cond, &m);
    full = 1;
    pthread_cond_signal(&cond);
    pthread_mutex_unlock(&m);
  }
  return arg;
}
static void *take_one(void *arg) {
  pthread_mutex_lock(&m);
  while (!full) pthread_cond_wait(&cond, &m);
  full = 0;
  pthread_cond_signal(&cond);
  pthread_mutex_unlock(&m);
  return arg;
}
static int shared_cond(void) {
  threads(3, (const body[]){put_two, take_one, take_one});
  return 0;
}

/* ---- a semaphore that is not given back where a lock was not free */
static sem_t permits;
static void *try_work(void *arg) {
  sem_wait(&permits);
  if (pthread_mutex_trylock(&m) != 0) return arg;
  pthread_mutex_unlock(&m);
  sem_post(&permits);
  return arg;
}
static int sem_leak(void) {
  sem_init(&permits, 0, 2);
  threads(2, (const body[]){try_work, try_work});
  sem_wait(&permits);
  sem_wait(&permits);
  return 0;
}

/* ---- a file is read that is not whole */
static void write_or_read(int task) {
  char text[16] = "";
  if (task == 0) {
    int fd = open("f", O_WRONLY | O_CREAT, 0600);
    if (write(fd, "head", 4) != 4 || write(fd, "tail", 4) != 4) exit(2);
    return;
  }
  int fd = open("f", O_RDONLY);
  if (fd < 0) return;
  if (read(fd, text, sizeof text - 1) != 8) put_number("bad", 1);
}
static int half_file(void) {
  processes(2, write_or_read);
  return verdict(access("bad", F_OK) != 0, "half of a file was read");
}

/* ---- a lock file outlives who made it, and was killed */
static int stale_lock(void) {
  pid_t child = fork();
  if (child == 0) {
    int fd = open("lock", O_CREAT | O_EXCL, 0600);
    close(fd);
    unlink("lock");
    _exit(0);
  }
  kill(child, SIGTERM);
  waitpid(child, NULL, 0);
  return verdict(open("lock", O_CREAT | O_EXCL, 0600) >= 0, "locked for good");
}

/* ---- plain variables, without locks and calls */
static volatile int plain;
static void *add_plainly(void *arg) {
  for (int i = 0; i < 20; i++) plain++;
  return arg;
}
static int plain_counter(void) {
  threads(2, (const body[]){add_plainly, add_plainly});
  return verdict(plain == 40, "an update is lost");
}

static int *volatile made;
static volatile int times_made;
static void *make_lazily(void *arg) {
  if (made == NULL) {
    times_made++;
    made = malloc(sizeof *made);
  }
  return arg;
}
static int lazy_init(void) {
  threads(2, (const body[]){make_lazily, make_lazily});
  return verdict(times_made == 1, "made twice");
}

static volatile int length = 4;
static void *look_twice(void *arg) {
  if (length <= 4 && length > 4) failed = 1;
  return arg;
}
static void *make_longer(void *arg) {
  length = 8;
  return arg;
}
static int double_fetch(void) {
  threads(2, (const body[]){look_twice, make_longer});
  return verdict(!failed, "it has changed between two looks");
}

/* ---- right ones */
static int items, taken;
static void *produce(void *arg) {
  for (int i = 0; i < 3; i++) {
    pthread_mutex_lock(&m);
    while (full) pthread_cond_wait(&cond, &m);
    full = 1;
    items++;
    pthread_cond_broadcast(&cond);
    pthread_mutex_unlock(&m);
  }
  return arg;
}
static void *consume(void *arg) {
  for (int i = 0; i < 3; i++) {
    pthread_mutex_lock(&m);
    while (!full) pthread_cond_wait(&cond, &m);
    full = 0;
    taken++;
    pthread_cond_broadcast(&cond);
    pthread_mutex_unlock(&m);
  }
  return arg;
}
static int queue(void) {
  threads(2, (const body[]){produce, consume});
  return verdict(items == 3 && taken == 3, "items are missing");
}

static int arrived;
static void *meet(void *arg) {
  int before[2];
  for (int i = 0; i < 2; i++) {
    pthread_mutex_lock(&m);
    before[i] = ++arrived;
    pthread_mutex_unlock(&m);
    pthread_barrier_wait(&barrier);
  }
  if (before[1] < 3) failed = 1;
  return arg;
}
static int barrier_right(void) {
  pthread_barrier_init(&barrier, NULL, 2);
  threads(2, (const body[]){meet, meet});
  return verdict(!failed, "passed too early");
}

static void *insert_checked(void *arg) {
  pthread_rwlock_rdlock(&rw);
  int seen = entries;
  pthread_rwlock_unlock(&rw);
  pthread_rwlock_wrlock(&rw);
  if (seen == 0 && entries == 0) entries++;
  pthread_rwlock_unlock(&rw);
  return arg;
}
static int rwlock_right(void) {
  threads(2, (const body[]){insert_checked, insert_checked});
  return verdict(entries == 1, "inserted twice");
}

static int pipeline(void) {
  int ends[2];
  if (pipe(ends) != 0) return 2;
  if (fork() == 0) {
    close(ends[0]);
    for (int i = 1; i <= 3; i++)
      if (write(ends[1], &i, sizeof i) != sizeof i) _exit(2);
    _exit(0);
  }
  close(ends[1]);
  int sum = 0, one;
  while (read(ends[0], &one, sizeof one) == sizeof one) sum += one;
  wait(NULL);
  return verdict(sum == 6, "the sum");
}

static void add_locked(int task) {
  (void)task;
  int fd = open("l", O_WRONLY | O_CREAT, 0600);
  flock(fd, LOCK_EX);
  put_number("n", number_in("n") + 1);
  close(fd);
}
static int flock_counter(void) {
  put_number("n", 0);
  processes(2, add_locked);
  return verdict(number_in("n") == 2, "an update is lost");
}

static void *make_or_find(void *arg) {
  if (mkdir("d", 0700) != 0 && errno != EEXIST) failed = 1;
  return arg;
}
static int mkdirs(void) {
  threads(2, (const body[]){make_or_find, make_or_find});
  return verdict(!failed, "mkdir");
}

static const struct {
  const char *name;
  int (*run)(void);
} all[] = {
    {"lost-update", lost_update},
    {"check-act", check_act},
    {"order", order},
    {"pause-signal", pause_signal},
    {"two-sections", two_sections},
    {"abba", abba},
    {"lost-wakeup", lost_wakeup},
    {"barrier-misuse", barrier_misuse},
    {"double-checked", double_checked},
    {"aba", aba},
    {"rwlock-upgrade", rwlock_upgrade},
    {"shared-cond", shared_cond},
    {"sem-leak", sem_leak},
    {"half-file", half_file},
    {"stale-lock", stale_lock},
    {"plain-counter", plain_counter},
    {"lazy-init", lazy_init},
    {"double-fetch", double_fetch},
    {"queue", queue},
    {"barrier", barrier_right},
    {"rwlock", rwlock_right},
    {"pipeline", pipeline},
    {"flock-counter", flock_counter},
    {"mkdirs", mkdirs},
};

int main(int argc, char **argv) {
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (argc > 1 && strcmp(argv[1], all[i].name) == 0) return all[i].run();
  fprintf(stderr, "no such program\n");
  return 2;
}
