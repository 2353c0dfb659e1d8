// Calls that a signal interrupts, and calls that end by their own time.

// A handler that interrupts; the alarm comes again and again, in case it came too early.
static void interrupt_by(int flags) {
  struct itimerval often = {{0, 100000}, {0, 100000}};
  listen_for(SIGALRM, flags);
  if (real) MUST(setitimer(ITIMER_REAL, &often, 0));
}
static void interrupt(void) { interrupt_by(0); }
static void calm(void) {
  struct itimerval never = {{0, 0}, {0, 0}};
  setitimer(ITIMER_REAL, &never, 0);
}
// What is left of a time that was to be a minute: most of it, or what was there before.
static void say_left(const char *name, long seconds, long fraction) {
  SAY("%s=%s", name, seconds == 77 && fraction == 77 ? "untouched" : seconds >= 30 && seconds <= 60 && fraction >= 0 ? "most" : "other");
}

static void eintr_nanosleep(void) {
  struct timespec wanted = {60, 0}, left = {77, 77};
  interrupt();
  TARGET(syscall(SYS_nanosleep, &wanted, &left));
  calm();
  say_left("rem", left.tv_sec, left.tv_nsec);
}
static void eintr_nanosleep_alone(void) {
  struct timespec wanted = {60, 0};
  interrupt();
  TARGET(syscall(SYS_nanosleep, &wanted, 0));
  calm();
}
static void eintr_nanosleep_same(void) {
  struct timespec time = {60, 0};
  interrupt();
  TARGET(syscall(SYS_nanosleep, &time, &time));
  calm();
  say_left("rem", time.tv_sec, time.tv_nsec);
}
static void eintr_nanosleep_restart(void) {
  struct timespec wanted = {60, 0}, left = {77, 77};
  interrupt_by(SA_RESTART);
  TARGET(syscall(SYS_nanosleep, &wanted, &left));
  calm();
  say_left("rem", left.tv_sec, left.tv_nsec);
}
static void eintr_clock(void) {
  struct timespec wanted = {60, 0}, left = {77, 77};
  interrupt();
  TARGET(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &wanted, &left));
  calm();
  say_left("rem", left.tv_sec, left.tv_nsec);
}
static void eintr_clock_until(void) {
  struct timespec until, left = {77, 77};
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += 60;
  interrupt();
  TARGET(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &until, &left));
  calm();
  say_left("rem", left.tv_sec, left.tv_nsec);
}
static void eintr_poll(void) {
  int ends[2];
  MUST(pipe(ends));
  struct pollfd events[] = {{ends[0], POLLIN, 0x7f}, {-1, POLLIN, 0x7f}, {ends[0], 0, 0x7f}};
  interrupt();
  TARGET(syscall(SYS_poll, events, 3, 60000));
  calm();
  SAY("revents=%x,%x,%x", events[0].revents, events[1].revents, events[2].revents);
}
static void eintr_ppoll(void) {
  int ends[2];
  MUST(pipe(ends));
  struct pollfd event = {ends[0], POLLIN, 0x7f};
  struct timespec time = {60, 0};
  interrupt();
  TARGET(syscall(SYS_ppoll, &event, 1, &time, 0, 8));
  calm();
  SAY("revents=%x", event.revents);
  say_left("time", time.tv_sec, time.tv_nsec);
}
// The handler runs under the mask of the call, though the signal is blocked outside of it.
static void eintr_ppoll_mask(void) {
  int ends[2];
  sigset_t all, none;
  MUST(pipe(ends));
  struct pollfd event = {ends[0], POLLIN, 0x7f};
  sigfillset(&all), sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &all, 0);
  interrupt();
  TARGET(syscall(SYS_ppoll, &event, 1, 0, &none, 8));
  calm();
  SAY("revents=%x heard=%d", event.revents, heard[SIGALRM] > 0);
}
static void eintr_select(void) {
  int ends[2];
  fd_set in, out;
  struct timeval time = {60, 0};
  MUST(pipe(ends));
  FD_ZERO(&in);
  FD_ZERO(&out);
  FD_SET(ends[0], &in);
  FD_SET(ends[0], &out);
  interrupt();
  TARGET(syscall(SYS_select, ends[0] + 1, &in, 0, &out, &time));
  calm();
  SAY("in=%d out=%d", FD_ISSET(ends[0], &in), FD_ISSET(ends[0], &out));
  say_left("time", time.tv_sec, time.tv_usec);
}
static void eintr_pselect(void) {
  int ends[2];
  fd_set in;
  struct timespec time = {60, 0};
  MUST(pipe(ends));
  FD_ZERO(&in);
  FD_SET(ends[0], &in);
  interrupt();
  TARGET(syscall(SYS_pselect6, ends[0] + 1, &in, 0, 0, &time, 0));
  calm();
  SAY("in=%d", FD_ISSET(ends[0], &in));
  say_left("time", time.tv_sec, time.tv_nsec);
}
static void eintr_pselect_mask(void) {
  sigset_t all, none;
  struct { void *set; long size; } mask = {&none, 8};
  sigfillset(&all), sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &all, 0);
  interrupt();
  TARGET(syscall(SYS_pselect6, 0, 0, 0, 0, 0, &mask));
  calm();
  SAY("heard=%d", heard[SIGALRM] > 0);
}
static void eintr_epoll(void) {
  struct epoll_event event = {.events = 0x7f};
  int set = epoll_create1(0);
  interrupt();
  TARGET(epoll_wait(set, &event, 1, 60000));
  calm();
  SAY("events=%x", event.events);
}
static void eintr_epoll_mask(void) {
  struct epoll_event event = {.events = 0x7f};
  int set = epoll_create1(0);
  sigset_t all, none;
  sigfillset(&all), sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &all, 0);
  interrupt();
  TARGET(epoll_pwait(set, &event, 1, 60000, &none));
  calm();
  SAY("events=%x heard=%d", event.events, heard[SIGALRM] > 0);
}
static void eintr_pause(void) {
  interrupt_by(SA_RESTART);
  TARGET(pause());
  calm();
}
static void eintr_sigsuspend(void) {
  sigset_t all, none;
  sigfillset(&all), sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &all, 0);
  interrupt();
  TARGET(sigsuspend(&none));
  calm();
  sigprocmask(SIG_SETMASK, 0, &all);
  SAY("heard=%d blocked=%d", heard[SIGALRM] > 0, sigismember(&all, SIGALRM));
}
static void eintr_sigtimedwait(void) {
  sigset_t other;
  siginfo_t info;
  struct timespec time = {60, 0};
  memset(&info, 0x55, sizeof info);
  sigemptyset(&other), sigaddset(&other, SIGUSR2);
  sigprocmask(SIG_BLOCK, &other, 0);
  interrupt();
  TARGET(syscall(SYS_rt_sigtimedwait, &other, &info, &time, 8));
  calm();
  SAY("info=%x", info.si_signo);
}
static void eintr_read(void) {
  char byte = 'u';
  int ends[2];
  MUST(pipe(ends));
  interrupt();
  TARGET(read(ends[0], &byte, 1));
  calm();
  SAY("byte=%c", byte);
  say_fd("fd", ends[0]);
}
static void eintr_write(void) {
  int ends[2];
  MUST(pipe2(ends, O_NONBLOCK));
  while (write(ends[1], block, PAGE) > 0) continue;
  fcntl(ends[1], F_SETFL, 0);
  interrupt();
  TARGET(write(ends[1], "x", 1));
  calm();
  say_fd("fd", ends[1]);
}
static void eintr_recv(void) {
  char byte = 'u';
  struct Pair pair = tcp();
  interrupt();
  TARGET(recv(pair.own, &byte, 1, 0));
  calm();
  SAY("byte=%c", byte);
  say_socket("fd", pair.own);
}
static void eintr_accept(void) {
  struct sockaddr_in at;
  socklen_t size = 5;
  int waiting = listener(&at);
  interrupt();
  TARGET(accept4(waiting, (void *)&at, &size, 0));
  calm();
  SAY("size=%d", size);
  say_fd("fd", waiting);
}
static void eintr_connect(void) {
  struct sockaddr_in at;
  int waiting, fd = slow_connection(&at, &waiting, 0);
  interrupt();
  TARGET(connect(fd, (void *)&at, sizeof at));
  calm();
  say_connects(fd, waiting);
}
static void eintr_wait(void) {
  int status = 77;
  struct rusage usage = {.ru_maxrss = 77};
  pid_t child = fork();
  if (child == 0) pause();
  interrupt();
  TARGET(wait4(child, &status, 0, &usage));
  calm();
  SAY("status=%d usage=%ld", status, usage.ru_maxrss);
  kill(child, SIGKILL);
  SAY("later=%d", wait(0) == child);
}
static void eintr_waitid(void) {
  siginfo_t info;
  pid_t child = fork();
  if (child == 0) pause();
  memset(&info, 0x55, sizeof info);
  interrupt();
  TARGET(waitid(P_PID, child, &info, WEXITED));
  calm();
  SAY("info=%x %x %x %x %x", info.si_signo, info.si_errno, info.si_code, info.si_pid, info.si_status);
  kill(child, SIGKILL);
}
static void eintr_flock(void) {
  int fd = make("file", 3), other = open("file", O_RDWR);
  MUST(flock(other, LOCK_EX));
  interrupt();
  TARGET(flock(fd, LOCK_EX));
  calm();
}
static void eintr_record_lock(void) {
  int fd = make("file", 3), other = open("file", O_RDWR);
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
  MUST(fcntl(other, F_OFD_SETLK, &lock));
  interrupt();
  TARGET(fcntl(fd, F_OFD_SETLKW, &lock));
  calm();
}
static void eintr_futex(void) {
  int word = 5;
  interrupt();
  TARGET(syscall(SYS_futex, &word, FUTEX_WAIT, 5, 0));
  calm();
  SAY("word=%d", word);
}
static void eintr_semop(void) {
  int set = semget(IPC_PRIVATE, 1, 0600);
  struct sembuf down = {0, -1, 0};
  interrupt_by(SA_RESTART);
  TARGET(syscall(SYS_semop, set, &down, 1));
  calm();
  SAY("waiters=%d", semctl(set, 0, GETNCNT));
  semctl(set, 0, IPC_RMID);
}
static void eintr_msgrcv(void) {
  struct { long type; char text[8]; } message = {77, "text"};
  int queue = msgget(IPC_PRIVATE, 0600);
  interrupt_by(SA_RESTART);
  TARGET(msgrcv(queue, &message, 8, 0, 0));
  calm();
  SAY("type=%ld text=%s", message.type, message.text);
  msgctl(queue, IPC_RMID, 0);
}
static void eintr_open(void) {
  MUST(mkfifo("fifo", 0600));
  interrupt();
  TARGET(openat(AT_FDCWD, "fifo", O_RDONLY));
  calm();
  say_fd("next", dup(0));
}

// A time-out, in nanoseconds, and the moment that it ends at.
static const struct timespec SOON = {0, 200000000};
static struct timespec soon_by(clockid_t clock) {
  struct timespec at;
  clock_gettime(clock, &at);
  at.tv_nsec += SOON.tv_nsec;
  if (at.tv_nsec >= 1000000000) at.tv_nsec -= 1000000000, at.tv_sec++;
  return at;
}
static void late_futex(void) {
  int word = 5;
  PATIENTLY(syscall(SYS_futex, &word, FUTEX_WAIT, 5, &SOON));
}
static void late_futex_until(void) {
  int word = 5;
  struct timespec until = soon_by(CLOCK_MONOTONIC);
  PATIENTLY(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, 5, &until, 0, -1));
}
static void late_futex_date(void) {
  int word = 5;
  struct timespec until = soon_by(CLOCK_REALTIME);
  PATIENTLY(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 5, &until, 0, -1));
}
static void late_signal(void) {
  sigset_t other;
  siginfo_t info;
  memset(&info, 0x55, sizeof info);
  sigemptyset(&other), sigaddset(&other, SIGUSR2);
  sigprocmask(SIG_BLOCK, &other, 0);
  PATIENTLY(syscall(SYS_rt_sigtimedwait, &other, &info, &SOON, 8));
  SAY("info=%x", info.si_signo);
}
static void late_semaphore(void) {
  int set = semget(IPC_PRIVATE, 1, 0600);
  struct sembuf down = {0, -1, 0};
  PATIENTLY(semtimedop(set, &down, 1, &SOON));
  semctl(set, 0, IPC_RMID);
}
static void late_message(void) {
  char name[32], text[8] = "text";
  snprintf(name, sizeof name, "/renacer-%d", getpid());
  struct mq_attr shape = {0, 1, 8, 0};
  mqd_t queue = mq_open(name, O_RDWR | O_CREAT, 0600, &shape);
  MUST(queue);
  mq_unlink(name);
  struct timespec until = soon_by(CLOCK_REALTIME);
  PATIENTLY(mq_timedreceive(queue, text, 8, 0, &until));
  SAY("text=%s", text);
}

static const struct Case WAIT_CASES[] = {
  {"nanosleep", "EINTR", "", eintr_nanosleep},
  {"nanosleep", "EINTR", "without rem", eintr_nanosleep_alone},
  {"nanosleep", "EINTR", "into its own time", eintr_nanosleep_same},
  {"nanosleep", "EINTR", "SA_RESTART", eintr_nanosleep_restart},
  {"clock_nanosleep", "EINTR", "", eintr_clock},
  {"clock_nanosleep", "EINTR", "TIMER_ABSTIME", eintr_clock_until},
  {"poll", "EINTR", "", eintr_poll},
  {"ppoll", "EINTR", "", eintr_ppoll},
  {"ppoll", "EINTR", "with a mask", eintr_ppoll_mask},
  {"select", "EINTR", "", eintr_select},
  {"pselect6", "EINTR", "", eintr_pselect},
  {"pselect6", "EINTR", "with a mask", eintr_pselect_mask},
  {"epoll_wait", "EINTR", "", eintr_epoll},
  {"epoll_pwait", "EINTR", "with a mask", eintr_epoll_mask},
  {"pause", "EINTR", "SA_RESTART", eintr_pause},
  {"rt_sigsuspend", "EINTR", "", eintr_sigsuspend},
  {"rt_sigtimedwait", "EINTR", "", eintr_sigtimedwait},
  {"read", "EINTR", "", eintr_read},
  {"write", "EINTR", "", eintr_write},
  {"recvfrom", "EINTR", "", eintr_recv},
  {"accept4", "EINTR", "", eintr_accept},
  {"connect", "EINTR", "", eintr_connect},
  {"wait4", "EINTR", "", eintr_wait},
  {"waitid", "EINTR", "", eintr_waitid},
  {"flock", "EINTR", "", eintr_flock},
  {"fcntl", "EINTR", "", eintr_record_lock},
  {"futex", "EINTR", "", eintr_futex},
  {"semop", "EINTR", "SA_RESTART", eintr_semop},
  {"msgrcv", "EINTR", "SA_RESTART", eintr_msgrcv},
  {"openat", "EINTR", "", eintr_open},
  {"futex", "ETIMEDOUT", "", late_futex},
  {"futex", "ETIMEDOUT", "until a moment", late_futex_until},
  {"futex", "ETIMEDOUT", "until a date", late_futex_date},
  {"rt_sigtimedwait", "EAGAIN", "", late_signal},
  {"semtimedop", "EAGAIN", "", late_semaphore},
  {"mq_timedreceive", "ETIMEDOUT", "", late_message},
};
