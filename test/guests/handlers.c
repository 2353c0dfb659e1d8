/* handlers NAME: what programs do about a failing call, one way each: right ones first, then wrong ones. They work in the current directory, which has a file `in` of 6 lines. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char buffer[4096];

static int fail(const char *what) {
  perror(what);
  return 1;
}

static ssize_t read_again(int fd, char *into, size_t size) {
  ssize_t n;
  do n = read(fd, into, size);
  while (n < 0 && errno == EINTR);
  return n;
}

static int write_all(int fd, const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t n = write(fd, bytes, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return -1;
    bytes += n;
    size -= n;
  }
  return 0;
}

/* The bytes of `in`, or -1. */
static ssize_t load(void) {
  int fd = open("in", O_RDONLY);
  if (fd < 0) return -1;
  ssize_t size = 0, n;
  while ((n = read_again(fd, buffer + size, sizeof buffer - size)) > 0) size += n;
  close(fd);
  return n < 0 ? -1 : size;
}

/* ---- right ---- */

static int replace(void) { /* temporary file, fsync, rename; nothing is left of it */
  ssize_t size = load();
  if (size < 0) return fail("in");
  int fd = open("in.new", O_WRONLY | O_CREAT | O_EXCL, 0644);
  if (fd < 0) return fail("in.new");
  int bad = write_all(fd, "head\n", 5) < 0 || write_all(fd, buffer, size) < 0 || fsync(fd) < 0;
  if (bad) perror("in.new");
  if (close(fd) < 0 && !bad) bad = 1, perror("in.new");
  if (!bad && rename("in.new", "in") < 0) bad = 1, perror("rename");
  if (bad) unlink("in.new");
  return bad;
}

static int said(void) { /* as close_stdout of gnulib */
  for (int i = 0; i < 100; i++) printf("line %d\n", i);
  return ferror(stdout) || fclose(stdout) != 0 ? fail("stdout") : 0;
}

static int lines(void) { /* stdio, with a look at ferror */
  FILE *in = fopen("in", "r");
  if (!in) return fail("in");
  int count = 0;
  while (fgets(buffer, sizeof buffer, in)) count++;
  if (ferror(in)) return fail("in");
  fclose(in);
  return printf("%d\n", count) < 0 || fflush(stdout) ? fail("stdout") : 0;
}

static int optional(void) { /* only ENOENT says that it is not there */
  int fd = open("config", O_RDONLY);
  if (fd < 0 && errno != ENOENT) return fail("config");
  fd = open("out", O_WRONLY | O_CREAT, 0644);
  return fd < 0 || write_all(fd, "default\n", 8) < 0 || close(fd) < 0 ? fail("out") : 0;
}

static int by_hand(void) { /* another way where the fast one is refused */
  int in = open("in", O_RDONLY), out = open("out", O_WRONLY | O_CREAT, 0644);
  if (in < 0 || out < 0) return fail("open");
  ssize_t n;
  while ((n = copy_file_range(in, NULL, out, NULL, sizeof buffer, 0)) > 0) {}
  if (n < 0)
    while ((n = read_again(in, buffer, sizeof buffer)) > 0)
      if (write_all(out, buffer, n) < 0) return fail("out");
  return n < 0 || close(out) < 0 ? fail("copy") : 0;
}

static int mapped(void) { /* reads what can't be mapped */
  int fd = open("in", O_RDONLY);
  struct stat is;
  if (fd < 0 || fstat(fd, &is) < 0) return fail("in");
  char *bytes = mmap(NULL, is.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (bytes == MAP_FAILED) {
    bytes = buffer;
    for (ssize_t size = 0, n; size < is.st_size; size += n)
      if ((n = read_again(fd, buffer + size, is.st_size - size)) <= 0) return fail("in");
  }
  return write_all(1, bytes, is.st_size) < 0 ? fail("stdout") : 0;
}

static int directory(void) { /* there already is fine */
  if (mkdir("made", 0755) < 0 && errno != EEXIST) return fail("made");
  return 0;
}

static int listed(void) {
  DIR *dir = opendir(".");
  if (!dir) return fail(".");
  int count = 0;
  for (errno = 0; readdir(dir); errno = 0) count++;
  if (errno) return fail(".");
  closedir(dir);
  return printf("%d\n", count) < 0 || fflush(stdout) ? fail("stdout") : 0;
}

static int asked(void) { /* a child, its output and its status */
  int ends[2];
  if (pipe(ends) < 0) return fail("pipe");
  pid_t child = fork();
  if (child < 0) return fail("fork");
  if (child == 0) _exit(write_all(ends[1], "answer", 6) < 0 ? fail("child") : 0);
  close(ends[1]);
  ssize_t size = 0, n;
  while ((n = read_again(ends[0], buffer + size, sizeof buffer - size)) > 0) size += n;
  int status;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return fail("wait");
  if (n < 0 || size != 6 || status != 0) return fprintf(stderr, "no answer\n"), 1;
  return write_all(1, buffer, size) < 0 ? fail("stdout") : 0;
}

static int socketed(void) { /* no SIGPIPE, and what can't be sent is told */
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0) return fail("socketpair");
  ssize_t n = send(ends[0], "hello", 5, MSG_NOSIGNAL);
  if (n != 5) return fprintf(stderr, "sent %zd of 5\n", n), 1;
  for (ssize_t size = 0; size < 5; size += n)
    if ((n = recv(ends[1], buffer + size, 5 - size, 0)) <= 0 && !(n < 0 && errno == EINTR && (n = 0, 1))) return fail("recv");
  return write_all(1, buffer, 5) < 0 ? fail("stdout") : 0;
}

static int polled(void) { /* EAGAIN: waits, and tries again */
  int ends[2];
  if (pipe2(ends, O_NONBLOCK) < 0) return fail("pipe");
  for (;;) {
    if (write(ends[1], "x", 1) == 1) break;
    if (errno != EAGAIN && errno != EINTR) return fail("write");
    struct pollfd wait = {ends[1], POLLOUT, 0};
    poll(&wait, 1, 10);
  }
  return 0;
}

static int locked(void) {
  int fd = open("lock", O_RDWR | O_CREAT, 0644);
  if (fd < 0) return fail("lock");
  while (flock(fd, LOCK_EX) < 0)
    if (errno != EINTR) return fail("lock");
  return unlink("lock") < 0 ? fail("lock") : 0;
}

static int heap(void) {
  size_t size = 1 << 20;
  volatile char *room = malloc(size);
  if (!room) return fail("malloc");
  room[size - 1] = 1;
  free((void *)room);
  return 0;
}

static void *work(void *at) {
  *(int *)at = 1;
  return NULL;
}

static int threaded(void) { /* works alone if there is no other thread */
  pthread_t other;
  int done = 0;
  if (pthread_create(&other, NULL, work, &done) == 0) pthread_join(other, NULL);
  else work(&done);
  return done ? 0 : 1;
}

static int thrice(void) { /* gives up after three tries */
  for (int times = 0; times < 3; times++) {
    int fd = open("in", O_RDONLY);
    if (fd >= 0) return close(fd), 0;
  }
  return fail("in");
}

static int appended(void) { /* what is not whole is taken back */
  int fd = open("in", O_WRONLY | O_APPEND);
  struct stat is;
  if (fd < 0 || fstat(fd, &is) < 0) return fail("in");
  if (write_all(fd, "more and more\n", 14) < 0) {
    fail("in");
    return ftruncate(fd, is.st_size) < 0 ? fail("in") : 1;
  }
  return close(fd) < 0 ? fail("in") : 0;
}

static int vanished(void) { /* what is gone before it is removed is as good as removed */
  return unlink("in") < 0 && errno != ENOENT ? fail("in") : 0;
}

static int hinted(void) { /* advice need not be taken */
  int fd = open("in", O_RDONLY);
  if (fd < 0) return fail("in");
  posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  flock(fd, LOCK_SH);
  return load() < 0 ? fail("in") : 0;
}

static void stop(int signal) {
  (void)signal;
  unlink("pid");
  _exit(0);
}

static int daemonlike(void) { /* its child cleans up when it is told to end */
  int fd = open("pid", O_WRONLY | O_CREAT, 0644);
  if (fd < 0 || close(fd) < 0) return fail("pid");
  int ends[2];
  if (pipe(ends) < 0) return unlink("pid"), fail("pipe");
  pid_t child = fork();
  if (child < 0) return unlink("pid"), fail("fork");
  if (child == 0) {
    signal(SIGTERM, stop);
    close(ends[0]);
    close(ends[1]);
    for (;;) pause();
  }
  close(ends[1]);
  read_again(ends[0], buffer, 1);
  kill(child, SIGTERM);
  int status;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return fail("wait");
  return 0;
}

static int sorted_out(void) { /* a temporary file without a name, read back piece by piece */
  char name[] = "tmpXXXXXX";
  int fd = mkstemp(name);
  if (fd < 0) return fail(name);
  if (unlink(name) < 0) return fail(name);
  if (write_all(fd, "text\n", 5) < 0) return fail(name);
  for (ssize_t size = 0, n; size < 5; size += n)
    if ((n = pread(fd, buffer + size, 5 - size, size)) <= 0) {
      if (n < 0 && errno == EINTR) n = 0;
      else return fail(name);
    }
  return write_all(1, buffer, 5) < 0 ? fail("stdout") : 0;
}

static int backed_up(void) { /* a second name for the old one; overwritten only if there is one */
  if (link("in", "in.old") < 0) return fail("in.old");
  int bad = replace();
  if (!bad && unlink("in.old") < 0) return fail("in.old");
  return bad;
}

static int preallocated(void) { /* room ahead is nice to have */
  int fd = open("out", O_WRONLY | O_CREAT, 0644);
  if (fd < 0) return fail("out");
  if (fallocate(fd, 0, 0, 10) < 0 && errno == ENOSPC) return fail("out");
  return write_all(fd, "some text\n", 10) < 0 || close(fd) < 0 ? fail("out") : 0;
}

/* ---- wrong ---- */

static int read_as_end(void) { /* corrupted */
  int in = open("in", O_RDONLY), out = open("out", O_WRONLY | O_CREAT, 0644);
  if (in < 0 || out < 0) return fail("open");
  ssize_t n;
  while ((n = read(in, buffer, sizeof buffer)) > 0)
    if (write_all(out, buffer, n) < 0) return fail("out");
  return 0;
}

static int gets_as_end(void) { /* corrupted */
  FILE *in = fopen("in", "r");
  if (!in) return fail("in");
  int count = 0;
  while (fgets(buffer, sizeof buffer, in)) count++;
  return printf("%d\n", count) < 0 || fflush(stdout) ? fail("stdout") : 0;
}

static int write_unseen(void) { /* corrupted */
  int out = open("out", O_WRONLY | O_CREAT, 0644);
  if (out < 0) return fail("out");
  if (write(out, "some text\n", 10)) close(out);
  return 0;
}

static int write_short(void) { /* corrupted: errors are seen, a short write is not */
  int out = open("out", O_WRONLY | O_CREAT, 0644);
  if (out < 0) return fail("out");
  return write(out, "some text\n", 10) < 0 ? fail("out") : 0;
}

static int read_short(void) { /* corrupted */
  int in = open("in", O_RDONLY);
  if (in < 0) return fail("in");
  ssize_t n = read(in, buffer, sizeof buffer);
  if (n < 0) return fail("in");
  return write_all(1, buffer, n) < 0 ? fail("stdout") : 0;
}

static int closed_unseen(void) { /* corrupted: stdio writes when it is closed */
  FILE *out = fopen("out", "w");
  if (!out) return fail("out");
  fprintf(out, "some text\n");
  fclose(out);
  return 0;
}

static int printed_unseen(void) { /* corrupted */
  puts("result");
  return 0;
}

static int renamed_unseen(void) { /* corrupted */
  if (rename("in", "out")) {}
  return 0;
}

static int absent(void) { /* corrupted: any error of open is "there is none" */
  int fd = open("in", O_RDONLY);
  if (fd < 0) return puts("defaults") < 0 || fflush(stdout) ? fail("stdout") : 0;
  return write_all(1, "in\n", 3) < 0 ? fail("stdout") : 0;
}

static int absent_stat(void) { /* corrupted */
  struct stat is;
  int size = stat("in", &is) == 0 ? (int)is.st_size : 0;
  return printf("%d\n", size) < 0 || fflush(stdout) ? fail("stdout") : 0;
}

static int listed_short(void) { /* corrupted */
  DIR *dir = opendir(".");
  if (!dir) return fail(".");
  int count = 0;
  while (readdir(dir)) count++;
  return printf("%d\n", count) < 0 || fflush(stdout) ? fail("stdout") : 0;
}

static int sent_unseen(void) { /* corrupted */
  int in = open("in", O_RDONLY), out = open("out", O_WRONLY | O_CREAT, 0644);
  if (in < 0 || out < 0) return fail("open");
  sendfile(out, in, NULL, sizeof buffer);
  return 0;
}

static int made_unseen(void) { /* corrupted */
  if (mkdir("made", 0755)) {}
  return 0;
}

static int child_unseen(void) { /* corrupted: the child fails silently, and nobody asks */
  pid_t child = fork();
  if (child < 0) return fail("fork");
  if (child == 0) {
    int out = open("out", O_WRONLY | O_CREAT, 0644);
    _exit(out < 0 || write_all(out, "text\n", 5) < 0);
  }
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
  return 0;
}

static int in_place(void) { /* damaged */
  ssize_t size = load();
  int fd = size < 0 ? -1 : open("in", O_WRONLY | O_TRUNC);
  if (fd < 0) return fail("in");
  return write_all(fd, "head\n", 5) < 0 || write_all(fd, buffer, size) < 0 ? fail("in") : 0;
}

static int removed_first(void) { /* damaged */
  ssize_t size = load();
  if (size < 0 || unlink("in") < 0) return fail("in");
  int fd = open("in", O_WRONLY | O_CREAT, 0644);
  return fd < 0 || write_all(fd, "head\n", 5) < 0 || write_all(fd, buffer, size) < 0 ? fail("in") : 0;
}

static int truncated(void) { /* damaged */
  ssize_t size = load();
  if (size < 0) return fail("in");
  if (truncate("in", 0) < 0) return fail("in");
  int fd = open("in", O_WRONLY);
  return fd < 0 || write_all(fd, buffer, size) < 0 ? fail("in") : 0;
}

static int null_stream(void) { /* crashed */
  FILE *in = fopen("in", "r");
  int first = fgetc(in);
  return first == EOF ? fail("in") : 0;
}

static int null_directory(void) { /* crashed */
  DIR *dir = opendir("/etc");
  return readdir(dir) ? 0 : fail("/etc");
}

static int null_memory(void) { /* crashed */
  volatile char *room = malloc(1 << 20);
  room[0] = 1;
  return 0;
}

static int asserted(void) { /* crashed */
  int fd = open("in", O_RDONLY);
  if (fd < 0) abort();
  return 0;
}

static int past_end(void) { /* crashed: SIGBUS where the file could not be made longer */
  int fd = open("out", O_RDWR | O_CREAT, 0644);
  if (fd < 0) return fail("out");
  if (ftruncate(fd, 4096)) {}
  char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (page == MAP_FAILED) return fail("out");
  memcpy(page, "text\n", 5);
  return 0;
}

static int silent_child(void) { /* hung: it has the end that it waits for itself */
  int ends[2];
  if (pipe(ends) < 0) return fail("pipe");
  pid_t child = fork();
  if (child < 0) return fail("fork");
  if (child == 0) _exit(open("in", O_RDONLY) < 0 || write_all(ends[1], "x", 1) < 0);
  return read_again(ends[0], buffer, 1) == 1 ? 0 : fail("read");
}

static int ready;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void *make_ready(void *unused) {
  pthread_mutex_lock(&mutex);
  ready = 1;
  pthread_cond_signal(&changed);
  pthread_mutex_unlock(&mutex);
  return unused;
}

static int no_thread(void) { /* hung */
  pthread_t other;
  if (pthread_create(&other, NULL, make_ready, NULL)) {}
  pthread_mutex_lock(&mutex);
  while (!ready) pthread_cond_wait(&changed, &mutex);
  pthread_mutex_unlock(&mutex);
  return 0;
}

static int unsent(void) { /* hung: the answer to what was never sent */
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0) return fail("socketpair");
  if (send(ends[0], "x", 1, MSG_NOSIGNAL)) {}
  return read_again(ends[1], buffer, 1) == 1 ? 0 : fail("read");
}

static int write_again(void) { /* spinning */
  int out = open("out", O_WRONLY | O_CREAT, 0644);
  if (out < 0) return fail("out");
  while (write(out, "x", 1) != 1) {}
  return 0;
}

static int quiet(void) { /* silent */
  return load() < 0;
}

struct handler {
  const char *name;
  int (*run)(void);
};
#define H(name) {#name, name}
static const struct handler HANDLERS[] = {
    H(replace), H(said), H(lines), H(optional), H(by_hand), H(mapped), H(directory), H(listed), H(asked), H(socketed), H(polled), H(locked),
    H(heap), H(threaded), H(thrice), H(appended), H(vanished), H(hinted), H(daemonlike), H(sorted_out), H(backed_up), H(preallocated),
    H(read_as_end), H(gets_as_end), H(write_unseen), H(write_short), H(read_short), H(closed_unseen), H(printed_unseen), H(renamed_unseen),
    H(absent), H(absent_stat), H(listed_short), H(sent_unseen), H(made_unseen), H(child_unseen), H(in_place), H(removed_first), H(truncated),
    H(null_stream), H(null_directory), H(null_memory), H(asserted), H(past_end), H(silent_child), H(no_thread), H(unsent), H(write_again),
    H(quiet),
};

int main(int argc, char **argv) {
  for (size_t i = 0; argc > 1 && i < sizeof HANDLERS / sizeof *HANDLERS; i++)
    if (strcmp(HANDLERS[i].name, argv[1]) == 0) return HANDLERS[i].run();
  return fprintf(stderr, "handlers: no such name\n"), 2;
}
