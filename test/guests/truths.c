// truths CASE: does one thing that a fault is injected into, and prints what it finds afterwards, one line.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static volatile int pipes;

static void on_pipe(int signal) { pipes++; }
static void on_usr1(int signal) {}

static long result(long value) { return value < 0 ? -errno : value; }

// A call with six arguments by hand, so that the argument registers can be looked at when it has come back.
static long raw(long nr, long a, long b, long c, long d, long e, long f, int *intact) {
  register long ra __asm__("rdi") = a, rb __asm__("rsi") = b, rc __asm__("rdx") = c;
  register long rd __asm__("r10") = d, re __asm__("r8") = e, rf __asm__("r9") = f;
  long ret = nr;
  __asm__ volatile("syscall"
                   : "+a"(ret), "+r"(ra), "+r"(rb), "+r"(rc), "+r"(rd), "+r"(re), "+r"(rf)
                   :
                   : "rcx", "r11", "memory");
  *intact = ra == a && rb == b && rc == c && rd == d && re == e && rf == f;
  return ret;
}

static int tmp(void) {
  int fd = memfd_create("truths", 0);
  for (int i = 0; i < 64; i++) pwrite(fd, "0123456789abcdef", 16, i * 16);
  return fd;
}

static void tcp_pair(int *server, int *client) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof at;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  bind(listener, (void *)&at, size);
  listen(listener, 5);
  getsockname(listener, (void *)&at, &size);
  *client = socket(AF_INET, SOCK_STREAM, 0);
  connect(*client, (void *)&at, size);
  *server = accept(listener, 0, 0);
}

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec + at.tv_nsec / 1e9;
}

static void *other_thread(void *until) {
  long rounds = 0;
  while (!*(volatile int *)until) {
    getppid();
    rounds++;
  }
  return (void *)rounds;
}

int main(int argc, char **argv) {
  const char *is = argv[1];
  int intact = 1;
#define CASE(name) if (strcmp(is, name) == 0)
  CASE("close") {
    int fd = open("/dev/null", O_RDONLY);
    long closed = result(close(fd));
    printf("close=%ld fcntl=%ld\n", closed, result(fcntl(fd, F_GETFD)));
  }
  CASE("brk") {
    long before = syscall(SYS_brk, 0), asked = syscall(SYS_brk, before + 4096), after = syscall(SYS_brk, 0);
    printf("returned=%s after=%s\n", asked == before ? "old" : asked == -ENOMEM || asked == -1 ? "error" : "new",
           after == before ? "old" : "new");
  }
  CASE("epipe") {
    if (argc > 2 && strcmp(argv[2], "ignore") == 0) signal(SIGPIPE, SIG_IGN);
    if (argc > 2 && strcmp(argv[2], "handle") == 0) signal(SIGPIPE, on_pipe);
    int ends[2];
    pipe(ends);
    printf("write=%ld", result(write(ends[1], "x", 1)));
    printf(" pipes=%d\n", pipes);
  }
  CASE("epipe-send") {
    int pair[2];
    signal(SIGPIPE, on_pipe);
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    printf("send=%ld", result(send(pair[0], "x", 1, MSG_NOSIGNAL)));
    printf(" pipes=%d\n", pipes);
  }
  CASE("eintr") {
    struct sigaction action = {.sa_handler = on_usr1, .sa_flags = strcmp(argv[2], "restart") ? 0 : SA_RESTART};
    sigaction(SIGUSR1, &action, 0);
    int ends[2];
    char byte;
    pipe(ends);
    write(ends[1], "x", 1);
    printf("read=%ld poll=%ld\n", result(read(ends[0], &byte, 1)), result(poll(0, 0, 1)));
  }
  CASE("sleep-on") {
    struct sigaction action = {.sa_handler = on_usr1};
    sigaction(SIGUSR1, &action, 0);
    struct timespec left = {0, 200000000};
    double began = now();
    int interrupted = 0;
    while (syscall(SYS_nanosleep, &left, &left) < 0 && errno == EINTR) interrupted++;
    printf("interrupted=%d slept=%d\n", interrupted, now() - began >= 0.2);
  }
  CASE("reset") {
    int server, client;
    char bytes[8];
    signal(SIGPIPE, SIG_IGN);
    tcp_pair(&server, &client);
    send(server, "hello", 5, 0);
    printf("recv=%ld", result(recv(client, bytes, 5, 0)));
    long last;
    while ((last = result(recv(client, bytes, 5, MSG_DONTWAIT))) > 0) continue;
    printf(" last=%ld send=%ld", last, result(send(client, "x", 1, 0)));
    printf(" peer=%ld\n", result(recv(server, bytes, 5, MSG_DONTWAIT)));
  }
  CASE("aborted") {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    bind(listener, (void *)&at, size);
    listen(listener, 5);
    getsockname(listener, (void *)&at, &size);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    connect(client, (void *)&at, size);
    long accepted = result(accept(listener, 0, 0));
    int next = dup(0);
    fcntl(listener, F_SETFL, O_NONBLOCK);
    long again = result(accept(listener, 0, 0));
    char byte;
    printf("accept=%ld leaked=%d again=%ld client=%s\n", accepted, next != client + 1, again < 0 ? again : 1,
           recv(client, &byte, 1, MSG_DONTWAIT) == 0 ? "closed" : "open");
  }
  CASE("short-read") {
    char bytes[100] = {0};
    int fd = tmp();
    long n = raw(SYS_read, fd, (long)bytes, 100, 7, 8, 9, &intact);
    printf("n=%ld offset=%ld untouched=%d intact=%d\n", n, (long)lseek(fd, 0, SEEK_CUR), bytes[n] == 0, intact);
  }
  CASE("short-pread") {
    char bytes[100] = {0};
    long n = raw(SYS_pread64, tmp(), (long)bytes, 100, 16, 8, 9, &intact);
    printf("n=%ld untouched=%d intact=%d\n", n, bytes[n] == 0, intact);
  }
  CASE("short-write") {
    int fd = memfd_create("x", 0);
    struct stat found;
    long n = raw(SYS_write, fd, (long)"0123456789", 10, 7, 8, 9, &intact);
    fstat(fd, &found);
    printf("n=%ld size=%ld intact=%d\n", n, (long)found.st_size, intact);
  }
  CASE("short-pwrite") {
    int fd = memfd_create("x", 0);
    struct stat found;
    long n = raw(SYS_pwrite64, fd, (long)"0123456789", 10, 5, 8, 9, &intact);
    fstat(fd, &found);
    printf("n=%ld size=%ld intact=%d\n", n, (long)found.st_size, intact);
  }
  CASE("short-vector") {
    char a[10] = {0}, b[10] = {0}, c[10] = {0};
    struct iovec pieces[3] = {{a, 10}, {b, 10}, {c, 10}}, same[3];
    memcpy(same, pieces, sizeof pieces);
    int in = tmp(), out = memfd_create("x", 0);
    long got = raw(SYS_readv, in, (long)pieces, 3, 7, 8, 9, &intact);
    int first = intact;
    long put = raw(SYS_writev, out, (long)pieces, 3, 7, 8, 9, &intact);
    struct stat found;
    fstat(out, &found);
    printf("got=%ld offset=%ld put=%ld size=%ld vector=%d intact=%d\n", got, (long)lseek(in, 0, SEEK_CUR), put,
           (long)found.st_size, memcmp(same, pieces, sizeof same) == 0, first && intact);
  }
  CASE("short-message") {
    int pair[2];
    char a[10] = "123456789", b[10] = "abcdefghi";
    struct iovec pieces[2] = {{a, 10}, {b, 10}}, same[2];
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2}, as_before = message;
    memcpy(same, pieces, sizeof pieces);
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    long sent = result(sendmsg(pair[0], &message, 0));
    send(pair[0], "0123456789012345678901234567890123456789", 40, 0);
    long got = result(recvmsg(pair[1], &message, 0));
    printf("sent=%ld got=%ld vector=%d message=%d\n", sent, got, memcmp(same, pieces, sizeof same) == 0,
           message.msg_iov == pieces && message.msg_iovlen == 2);
  }
  CASE("short-socket") {
    int pair[2];
    char bytes[20] = {0};
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    long sent = raw(SYS_sendto, pair[0], (long)"01234567890123456789", 20, 0, 0, 0, &intact);
    int first = intact;
    syscall(SYS_write, pair[0], "01234567890123456789", 20);
    long got = raw(SYS_recvfrom, pair[1], (long)bytes, 20, 0, 0, 0, &intact);
    printf("sent=%ld got=%ld untouched=%d intact=%d\n", sent, got, bytes[got] == 0, first && intact);
  }
  CASE("short-sendfile") {
    int out = memfd_create("x", 0);
    struct stat found;
    long n = raw(SYS_sendfile, out, tmp(), 0, 100, 8, 9, &intact);
    fstat(out, &found);
    printf("n=%ld size=%ld intact=%d\n", n, (long)found.st_size, intact);
  }
  CASE("short-random") {
    char bytes[64] = {0};
    long n = raw(SYS_getrandom, (long)bytes, 64, 0, 7, 8, 9, &intact);
    printf("n=%ld rest=%d intact=%d\n", n, memcmp(bytes + n, (char[64]){0}, 64 - n) == 0, intact);
  }
  CASE("short-directory") {
    static char bytes[65536];
    int fd = open("/proc/sys/net/ipv4", O_RDONLY | O_DIRECTORY);
    long total = 0, calls = 0, n;
    while ((n = raw(SYS_getdents64, fd, (long)bytes, sizeof bytes, 7, 8, 9, &intact)) > 0) {
      for (long at = 0; at < n; at += ((struct dirent64 *)(bytes + at))->d_reclen) total++;
      calls++;
      if (!intact) break;
    }
    printf("last=%ld entries=%ld calls=%ld intact=%d\n", n, total, calls, intact);
  }
  CASE("after") {
    int fd = memfd_create("x", 0);
    struct stat found;
    long n = result(write(fd, "0123456789", 10));
    fstat(fd, &found);
    printf("write=%ld size=%ld offset=%ld\n", n, (long)found.st_size, (long)lseek(fd, 0, SEEK_CUR));
  }
  CASE("lost") {
    int fd = memfd_create("x", 0);
    char back[10] = "zzzzzzzzz";
    struct stat found;
    long n = raw(SYS_write, fd, (long)"01234", 5, 7, 8, 9, &intact);
    long m = write(fd, "56789", 5);
    fstat(fd, &found);
    pread(fd, back, 10, 0);
    printf("n=%ld m=%ld size=%ld lost=%d kept=%d intact=%d\n", n, m, (long)found.st_size,
           memcmp(back, "\0\0\0\0\0", 5) == 0, memcmp(back + 5, "56789", 5) == 0, intact);
  }
  CASE("corrupt-read") {
    char bytes[16] = {0}, again[16];
    int fd = tmp();
    long n = read(fd, bytes, 16);
    pread(fd, again, 16, 0);
    int differing = 0;
    for (int i = 0; i < 16; i++) differing += bytes[i] != again[i];
    printf("n=%ld differing=%d\n", n, differing);
  }
  CASE("corrupt-write") {
    char bytes[16] = "0123456789abcde", again[16], *page = mmap(0, 4096, PROT_READ, MAP_PRIVATE, tmp(), 0);
    int fd = memfd_create("x", 0), differing = 0, constant = 0;
    long n = write(fd, bytes, 16);
    pread(fd, again, 16, 0);
    for (int i = 0; i < 16; i++) differing += bytes[i] != again[i];
    // What is written may lie in memory that the program itself can't write.
    long m = write(fd, page, 16);
    pread(fd, again, 16, 16);
    for (int i = 0; i < 16; i++) constant += page[i] != again[i];
    printf("n=%ld differing=%d own=%d m=%ld constant=%d page=%d\n", n, differing, strcmp(bytes, "0123456789abcde") == 0, m,
           constant, memcmp(page, "0123456789abcdef", 16) == 0);
  }
  CASE("kill") {
    int fd = open(argv[2], O_CREAT | O_WRONLY | O_TRUNC, 0600);
    write(fd, "01234", 5);
    puts("alive");
  }
  CASE("delay") {
    volatile int stop = 0;
    pthread_t thread;
    void *rounds;
    pthread_create(&thread, 0, other_thread, (void *)&stop);
    double start = now();
    getpgid(0);
    double took = now() - start;
    stop = 1;
    pthread_join(thread, &rounds);
    printf("took=%d others=%d\n", took >= 0.3, (long)rounds > 1000);
  }
  CASE("threads") {
    // Each thread reads by itself: a fault at a coordinate meets the one thread alone.
    void *reader(void *_) {
      char bytes[64];
      int fd = tmp();
      long total = 0;
      for (int i = 0; i < 10; i++) total += pread(fd, bytes, 64, 0);
      return (void *)total;
    }
    pthread_t threads[4];
    void *total;
    for (int i = 0; i < 4; i++) pthread_create(&threads[i], 0, reader, 0);
    for (int i = 0; i < 4; i++) {
      pthread_join(threads[i], &total);
      printf("%ld ", (long)total);
    }
    puts("");
  }
  fflush(stdout);
  return 0;
}
