// Full tables of descriptors and processes, memory that is not to be had, rights that are missing.

static void no_descriptors(void) {
  int next = dup(0);
  close(next);
  lower(RLIMIT_NOFILE, next);
}
static void say_next(void) {
  raise_again(RLIMIT_NOFILE);
  say_fd("next", dup(0));
}
#define DESCRIPTORS(name, call) \
  static void name(void) { no_descriptors(); TARGET(call); say_next(); }

static int pair_of[2] = {-7, -7};
DESCRIPTORS(no_open, openat(AT_FDCWD, "new", O_RDWR | O_CREAT, 0600))
DESCRIPTORS(no_socket, socket(AF_INET, SOCK_STREAM, 0))
DESCRIPTORS(no_dup, dup(1))
DESCRIPTORS(no_fcntl, fcntl(1, F_DUPFD, 0))
DESCRIPTORS(no_eventfd, eventfd(0, 0))
DESCRIPTORS(no_epoll, epoll_create1(0))
DESCRIPTORS(no_timerfd, timerfd_create(CLOCK_MONOTONIC, 0))
DESCRIPTORS(no_memfd, memfd_create("x", 0))
DESCRIPTORS(no_inotify, inotify_init1(0))
static void no_pipe(void) {
  no_descriptors();
  TARGET(pipe2(pair_of, O_CLOEXEC));
  SAY("ends=%d,%d", pair_of[0], pair_of[1]);
  say_next();
}
static void no_pair(void) {
  no_descriptors();
  TARGET(socketpair(AF_UNIX, SOCK_STREAM, 0, pair_of));
  SAY("ends=%d,%d", pair_of[0], pair_of[1]);
  say_next();
}
static void no_accept(void) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}, peer = {0};
  socklen_t size = sizeof at, length = sizeof peer;
  int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
  MUST(bind(listener, (void *)&at, size)), MUST(listen(listener, 5)), MUST(getsockname(listener, (void *)&at, &size));
  MUST(connect(client, (void *)&at, size));
  no_descriptors();
  TARGET(accept4(listener, (void *)&peer, &length, 0));
  SAY("peer=%d length=%d", peer.sin_family, length);
  say_next();
  say_fd("listener", listener);
  SAY("later=%d", accept(listener, 0, 0) > 0);
}

static void no_mmap(void) {
  lower(RLIMIT_AS, 1 << 20);
  TARGET((long)mmap(0, 64 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  raise_again(RLIMIT_AS);
}
static void no_mremap(void) {
  char *at = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  at[0] = 'k';
  lower(RLIMIT_AS, 1 << 20);
  TARGET((long)mremap(at, 4096, 64 << 20, MREMAP_MAYMOVE));
  raise_again(RLIMIT_AS);
  SAY("kept=%c", at[0]);
}
static void no_break(void) {
  long before = syscall(SYS_brk, 0);
  lower(RLIMIT_DATA, 1);
  fflush(stdout);
  begin();
  long got = syscall(SYS_brk, before + (64 << 20));
  end(0);
  raise_again(RLIMIT_DATA);
  SAY("moved=%d after=%d", got != before, syscall(SYS_brk, 0) != before);
}
static void no_lock(void) {
  char *at = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  become_nobody();
  lower(RLIMIT_MEMLOCK, 4096);
  TARGET(mlock(at, 8192));
  raise_again(RLIMIT_MEMLOCK);
  SAY("kept=%d", at[0]);
}
static void no_process(void) {
  become_nobody();
  lower(RLIMIT_NPROC, 0);
  long child = TARGET(fork());
  if (child == 0) _exit(0);
  raise_again(RLIMIT_NPROC);
  SAY("children=%ld", result(wait(0)));
}

static void kill_foreign(void) {
  pid_t child = fork();
  if (child == 0) {
    if (!real) become_nobody();
    pause();
  }
  usleep(20000);
  become_nobody();
  TARGET(kill(child, real ? SIGTERM : 0));
  SAY("children=%ld", result(waitpid(child, 0, WNOHANG)));
  fflush(stdout);
}
static void kill_gone(void) {
  pid_t child = fork();
  if (child == 0) {
    if (!real) pause();
    _exit(0);
  }
  if (real) waitpid(child, 0, 0);
  TARGET(kill(child, 0));
  if (!real) kill(child, SIGKILL), waitpid(child, 0, 0);
}
static void no_child(void) {
  int status = 77;
  if (!real && fork() == 0) _exit(0);
  TARGET(waitpid(-1, &status, 0));
  SAY("status=%d", status);
}
static void no_child_info(void) {
  siginfo_t info;
  memset(&info, 0x55, sizeof info);
  if (!real && fork() == 0) _exit(0);
  TARGET(waitid(P_ALL, 0, &info, WEXITED));
  SAY("info=%x %x %x %x %x", info.si_signo, info.si_errno, info.si_code, info.si_pid, info.si_status);
}
static void no_right(void) {
  if (real) become_nobody();
  TARGET(setresuid(65533, 65533, 65533));
  SAY("root=%d", real || geteuid() == 0);
}
static void no_semaphore(void) {
  int set = semget(IPC_PRIVATE, 1, 0600);
  MUST(set);
  if (!real) MUST(semctl(set, 0, SETVAL, 1));
  struct sembuf down = {0, -1, IPC_NOWAIT};
  TARGET(syscall(SYS_semop, set, &down, 1));
  SAY("value=%d", semctl(set, 0, GETVAL) - !real);
  semctl(set, 0, IPC_RMID);
}

static const struct Case TABLE_CASES[] = {
  {"openat", "EMFILE", "", no_open},
  {"socket", "EMFILE", "", no_socket},
  {"dup", "EMFILE", "", no_dup},
  {"fcntl", "EMFILE", "", no_fcntl},
  {"eventfd2", "EMFILE", "", no_eventfd},
  {"epoll_create1", "EMFILE", "", no_epoll},
  {"timerfd_create", "EMFILE", "", no_timerfd},
  {"memfd_create", "EMFILE", "", no_memfd},
  {"inotify_init1", "EMFILE", "", no_inotify},
  {"pipe2", "EMFILE", "", no_pipe},
  {"socketpair", "EMFILE", "", no_pair},
  {"accept4", "EMFILE", "", no_accept},
  {"mmap", "ENOMEM", "", no_mmap},
  {"mremap", "ENOMEM", "", no_mremap},
  {"brk", "ENOMEM", "", no_break},
  {"mlock", "ENOMEM", "", no_lock},
  {"clone", "EAGAIN", "", no_process},
  {"kill", "EPERM", "", kill_foreign},
  {"kill", "ESRCH", "", kill_gone},
  {"wait4", "ECHILD", "", no_child},
  {"waitid", "ECHILD", "", no_child_info},
  {"setresuid", "EPERM", "", no_right},
  {"semop", "EAGAIN", "", no_semaphore},
};
