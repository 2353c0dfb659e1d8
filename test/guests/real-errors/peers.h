// Peers that are gone, that do not answer, that are not there; calls that do not wait.
#include <linux/filter.h>

struct Pair { int own, peer; };

static struct sockaddr_in somewhere(int port) {
  return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}
static int listener(struct sockaddr_in *at) {
  socklen_t size = sizeof *at;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  *at = somewhere(0);
  MUST(bind(fd, (void *)at, size)), MUST(listen(fd, 5)), MUST(getsockname(fd, (void *)at, &size));
  return fd;
}
static struct Pair tcp(void) {
  struct sockaddr_in at;
  int waiting = listener(&at);
  struct Pair pair = {socket(AF_INET, SOCK_STREAM, 0)};
  MUST(connect(pair.own, (void *)&at, sizeof at));
  MUST(pair.peer = accept(waiting, 0, 0));
  close(waiting);
  return pair;
}
static struct Pair unix_pair(void) {
  int ends[2];
  MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
  return (struct Pair){ends[0], ends[1]};
}
// The peer ends the connection by a reset; it is here when the socket says so.
static void reset(struct Pair pair) {
  struct linger now = {1, 0};
  struct pollfd event = {pair.own, POLLRDHUP, 0};
  if (!real) return;
  MUST(setsockopt(pair.peer, SOL_SOCKET, SO_LINGER, &now, sizeof now));
  close(pair.peer);
  MUST(poll(&event, 1, 5000));
}
// What comes for this socket is lost.
static void deafen(int fd) {
  struct sock_filter drop = {BPF_RET | BPF_K, 0, 0, 0};
  struct sock_fprog program = {1, &drop};
  MUST(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
}
static void hear_again(int fd) { MUST(setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &fd, sizeof fd)); }
static void dies_in(int fd, int ms) { MUST(setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms)); }

// A pipe without a reader
static int broken_pipe(void) {
  int ends[2];
  MUST(pipe(ends));
  listen_for(SIGPIPE, 0);
  if (real) close(ends[0]);
  else MUST(fcntl(ends[0], F_DUPFD, 100)), close(ends[0]);
  return ends[1];
}
// By a second descriptor, by one of another process, and after a while.
static void say_broken(int fd, int other) {
  int status = 0;
  say_fd("fd", fd);
  say_fd("other", other);
  SAY("again=%ld other=%ld", result(write(fd, "x", 1)), result(write(other, "x", 1)));
  fflush(stdout);
  if (fork() == 0) _exit(write(fd, "x", 1) < 0 ? errno : 0);
  wait(&status);
  SAY("child=%d pipes=%d", WEXITSTATUS(status), heard[SIGPIPE]);
}
static void pipe_write(void) {
  int fd = broken_pipe(), other = dup(fd);
  TARGET(write(fd, "x", 1));
  say_broken(fd, other);
}
static void pipe_writev(void) {
  int fd = broken_pipe(), other = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  struct iovec piece = {"x", 1};
  TARGET(writev(fd, &piece, 1));
  say_broken(fd, other);
}
static void pipe_nonblocking(void) {
  int fd = broken_pipe(), other = dup(fd);
  MUST(fcntl(fd, F_SETFL, O_NONBLOCK));
  TARGET(write(fd, "x", 1));
  say_broken(fd, other);
}
static void pipe_splice(void) {
  int fd = broken_pipe(), other = dup(fd), from = make("file", 10);
  lseek(from, 0, SEEK_SET);
  TARGET(splice(from, 0, fd, 0, 10, 0));
  say_broken(fd, other);
}
static void pipe_vmsplice(void) {
  int fd = broken_pipe(), other = dup(fd);
  struct iovec piece = {"x", 1};
  TARGET(vmsplice(fd, &piece, 1, 0));
  say_broken(fd, other);
}
static void pipe_default(void) {
  int fd = broken_pipe(), status;
  if (fork() == 0) {
    signal(SIGPIPE, SIG_DFL);
    TARGET(write(fd, "x", 1));
    _exit(0);
  }
  wait(&status);
  SAY("killed by %d", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

// Connections that were reset
static struct Pair to_reset(struct Pair pair) {
  listen_for(SIGPIPE, 0);
  reset(pair);
  return pair;
}
static void reset_recv(void) {
  char bytes[8] = "unfilled";
  struct sockaddr_in from = {0};
  socklen_t size = sizeof from;
  struct Pair pair = to_reset(tcp());
  TARGET(recvfrom(pair.own, bytes, 8, 0, (void *)&from, &size));
  SAY("bytes=%.8s size=%d", bytes, size);
  say_socket("fd", pair.own);
}
static void reset_read(void) {
  char bytes[8] = "unfilled";
  struct Pair pair = to_reset(tcp());
  TARGET(read(pair.own, bytes, 8));
  say_socket("fd", pair.own);
}
static void reset_recvmsg(void) {
  char bytes[8] = "unfilled";
  struct sockaddr_in from = {0};
  struct iovec piece = {bytes, 8};
  struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_name = &from, .msg_namelen = sizeof from, .msg_flags = 0x77};
  struct Pair pair = to_reset(tcp());
  TARGET(recvmsg(pair.own, &message, 0));
  SAY("bytes=%.8s name=%d flags=%x", bytes, message.msg_namelen, message.msg_flags);
  say_socket("fd", pair.own);
}
static void reset_send(void) {
  struct Pair pair = to_reset(tcp());
  TARGET(sendto(pair.own, "x", 1, 0, 0, 0));
  say_socket("fd", pair.own);
}
static void reset_write(void) {
  struct Pair pair = to_reset(tcp());
  TARGET(write(pair.own, "x", 1));
  say_socket("fd", pair.own);
  SAY("write=%ld", result(write(pair.own, "x", 1)));
}
// Data that had come, and was not read, is lost with the connection if it was not ours to read before.
static void reset_waiting(void) {
  char byte;
  struct Pair pair = tcp();
  MUST(send(pair.peer, "xyz", 3, 0));
  if (real) MUST(recv(pair.own, block, 3, 0));
  to_reset(pair);
  TARGET(recv(pair.own, &byte, 1, 0));
  say_socket("fd", pair.own);
}
static void reset_epoll(void) {
  char byte;
  struct Pair pair = to_reset(tcp());
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP, .data.u32 = 5};
  int set = epoll_create1(0), copy = dup(pair.own);
  MUST(epoll_ctl(set, EPOLL_CTL_ADD, pair.own, &event));
  TARGET(recv(pair.own, &byte, 1, 0));
  event.events = 0;
  SAY("ready=%d", epoll_wait(set, &event, 1, 0));
  SAY("events=%x", event.events);
  say_socket("copy", copy);
}
static void reset_unix(void) {
  char byte;
  struct Pair pair = unix_pair();
  listen_for(SIGPIPE, 0);
  if (real) MUST(send(pair.own, "x", 1, 0)), close(pair.peer);
  TARGET(recv(pair.own, &byte, 1, 0));
  say_socket("fd", pair.own);
}
static void broken_tcp(void) {
  char byte;
  struct Pair pair = to_reset(tcp());
  if (real && recv(pair.own, &byte, 1, 0) != -1) abort();
  TARGET(sendto(pair.own, "x", 1, 0, 0, 0));
  say_socket("fd", pair.own);
}
static void broken_tcp_quiet(void) {
  char byte;
  struct Pair pair = to_reset(tcp());
  struct iovec piece = {"x", 1};
  struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
  if (real && recv(pair.own, &byte, 1, 0) != -1) abort();
  TARGET(sendmsg(pair.own, &message, MSG_NOSIGNAL));
  say_socket("fd", pair.own);
}
static void broken_unix(void) {
  struct Pair pair = unix_pair();
  listen_for(SIGPIPE, 0);
  if (real) close(pair.peer);
  TARGET(write(pair.own, "x", 1));
  say_socket("fd", pair.own);
}
static void dead_peer(void) {
  char byte;
  struct Pair pair = tcp();
  deafen(pair.peer);
  dies_in(pair.own, 300);
  if (real) MUST(send(pair.own, "x", 1, 0));
  TARGET(recv(pair.own, &byte, 1, 0));
  say_socket("fd", pair.own);
}

// Connections that do not come about
static void say_unconnected(int fd) {
  struct sockaddr_in own = {0};
  socklen_t size = sizeof own;
  getsockname(fd, (void *)&own, &size);
  SAY("bound=%d", own.sin_port != 0);
  say_socket("fd", fd);
}
static void refused_tcp(void) {
  struct sockaddr_in at;
  int fd = socket(AF_INET, SOCK_STREAM, 0), waiting = listener(&at);
  if (real) close(waiting);
  TARGET(connect(fd, (void *)&at, sizeof at));
  say_unconnected(fd);
}
static void refused_then_served(void) {
  struct sockaddr_in at, other;
  int fd = socket(AF_INET, SOCK_STREAM, 0), waiting = listener(&at);
  listener(&other);
  if (real) close(waiting);
  TARGET(connect(fd, (void *)&at, sizeof at));
  SAY("later=%ld", result(connect(fd, (void *)&other, sizeof other)));
}
static void unreachable(void) {
  struct sockaddr_in at = somewhere(9);
  MUST(unshare(CLONE_NEWNET));
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  TARGET(connect(fd, (void *)&at, sizeof at));
  say_unconnected(fd);
}
static void connect_timeout(void) {
  struct sockaddr_in at;
  int fd = socket(AF_INET, SOCK_STREAM, 0), waiting = listener(&at);
  dies_in(fd, 100);
  if (real) deafen(waiting);
  TARGET(connect(fd, (void *)&at, sizeof at));
  say_unconnected(fd);
}
static void refused_unix(void) {
  struct sockaddr_un at = {AF_UNIX, "socket"};
  int waiting = socket(AF_UNIX, SOCK_STREAM, 0), fd = socket(AF_UNIX, SOCK_STREAM, 0);
  MUST(bind(waiting, (void *)&at, sizeof at));
  if (!real) MUST(listen(waiting, 5));
  TARGET(connect(fd, (void *)&at, sizeof at));
  say_socket("fd", fd);
}
static void refused_udp(void) {
  struct sockaddr_in at = somewhere(0);
  socklen_t size = sizeof at;
  int fd = socket(AF_INET, SOCK_DGRAM, 0), peer = socket(AF_INET, SOCK_DGRAM, 0);
  MUST(bind(peer, (void *)&at, size)), MUST(getsockname(peer, (void *)&at, &size));
  MUST(connect(fd, (void *)&at, size));
  if (real) {
    struct pollfd event = {fd, 0, 0};
    close(peer);
    MUST(send(fd, "x", 1, 0));
    MUST(poll(&event, 1, 5000));
  }
  TARGET(sendto(fd, "x", 1, 0, 0, 0));
  SAY("peer=%ld", result(getpeername(fd, (void *)&at, &size)));
}
static void address_taken(void) {
  struct sockaddr_in at;
  int fd = socket(AF_INET, SOCK_STREAM, 0), waiting = listener(&at);
  if (!real) close(waiting);
  TARGET(bind(fd, (void *)&at, sizeof at));
  say_unconnected(fd);
}
static void address_foreign(void) {
  struct sockaddr_in at = somewhere(0);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (real) at.sin_addr.s_addr = inet_addr("192.0.2.1");
  TARGET(bind(fd, (void *)&at, sizeof at));
  say_unconnected(fd);
}
static void not_connected(void) {
  struct sockaddr_in at = {.sin_port = 7};
  socklen_t size = sizeof at;
  int fd = real ? socket(AF_INET, SOCK_STREAM, 0) : tcp().own;
  TARGET(getpeername(fd, (void *)&at, &size));
  SAY("port=%d size=%d", at.sin_port, size);
}

// Connections under way
static int slow_connection(struct sockaddr_in *at, int *waiting, int flags) {
  *waiting = listener(at);
  deafen(*waiting);
  return socket(AF_INET, SOCK_STREAM | flags, 0);
}
static void say_connects(int fd, int waiting) {
  struct pollfd event = {fd, POLLOUT, 0};
  struct sockaddr_in at;
  socklen_t size = sizeof at;
  int error = 77;
  SAY("early=%d", poll(&event, 1, 0));
  hear_again(waiting);
  SAY("writable=%d", poll(&event, 1, 10000));
  SAY("revents=%x", event.revents);
  size = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  size = sizeof at;
  SAY("error=%d peer=%ld", error, result(getpeername(fd, (void *)&at, &size)));
  SAY("again=%ld flags=%o send=%ld", result(connect(fd, (void *)&at, size)), fcntl(fd, F_GETFL), result(send(fd, "x", 1, 0)));
}
static void in_progress(void) {
  struct sockaddr_in at;
  int waiting, fd = slow_connection(&at, &waiting, SOCK_NONBLOCK);
  TARGET(connect(fd, (void *)&at, sizeof at));
  say_connects(fd, waiting);
}
static void already(void) {
  struct sockaddr_in at;
  int waiting, fd = slow_connection(&at, &waiting, SOCK_NONBLOCK);
  connect(fd, (void *)&at, sizeof at);
  TARGET(connect(fd, (void *)&at, sizeof at));
  say_connects(fd, waiting);
}
static void connected(void) {
  struct sockaddr_in at;
  socklen_t size = sizeof at;
  struct Pair pair = tcp();
  getpeername(pair.own, (void *)&at, &size);
  TARGET(connect(pair.own, (void *)&at, size));
  say_socket("fd", pair.own);
}

// What does not wait
static void empty_pipe(void) {
  char byte = 'u';
  int ends[2];
  MUST(pipe2(ends, O_NONBLOCK));
  TARGET(read(ends[0], &byte, 1));
  SAY("byte=%c", byte);
  say_fd("fd", ends[0]);
}
static void full_pipe(void) {
  int ends[2];
  MUST(pipe2(ends, O_NONBLOCK));
  if (real) while (write(ends[1], block, PAGE) > 0) continue;
  else MUST(fcntl(ends[1], F_SETPIPE_SZ, PAGE));
  TARGET(write(ends[1], block, 100));
  SAY("flags=%o", fcntl(ends[1], F_GETFL));
}
static void nothing_received(void) {
  char byte = 'u';
  struct Pair pair = tcp();
  TARGET(recv(pair.own, &byte, 1, MSG_DONTWAIT));
  SAY("byte=%c", byte);
  say_socket("fd", pair.own);
}
static void nobody_waits(void) {
  struct sockaddr_in at;
  socklen_t size = 5;
  int waiting = listener(&at);
  fcntl(waiting, F_SETFL, O_NONBLOCK);
  TARGET(accept4(waiting, (void *)&at, &size, 0));
  SAY("size=%d", size);
  say_fd("fd", waiting);
}
static void no_event(void) {
  long value = 77;
  int fd = eventfd(0, EFD_NONBLOCK);
  TARGET(read(fd, &value, 8));
  SAY("value=%ld", value);
  say_fd("fd", fd);
}

// What waits no longer than it was told
static const struct timeval WHILE = {0, 200000};
#define PATIENTLY(call) \
  double before = now(); \
  TARGET(call); \
  SAY("waited=%d", now() - before >= 0.19);

static void recv_timeout(void) {
  char byte = 'u';
  struct Pair pair = tcp();
  MUST(setsockopt(pair.own, SOL_SOCKET, SO_RCVTIMEO, &WHILE, sizeof WHILE));
  PATIENTLY(recv(pair.own, &byte, 1, 0));
  SAY("byte=%c", byte);
  say_socket("fd", pair.own);
}
static void read_timeout(void) {
  char byte = 'u';
  struct Pair pair = unix_pair();
  MUST(setsockopt(pair.own, SOL_SOCKET, SO_RCVTIMEO, &WHILE, sizeof WHILE));
  PATIENTLY(read(pair.own, &byte, 1));
  SAY("byte=%c", byte);
  say_socket("fd", pair.own);
}
static void accept_timeout(void) {
  struct sockaddr_in at;
  int waiting = listener(&at);
  MUST(setsockopt(waiting, SOL_SOCKET, SO_RCVTIMEO, &WHILE, sizeof WHILE));
  PATIENTLY(accept4(waiting, 0, 0, 0));
  say_fd("fd", waiting);
}
static void send_timeout(void) {
  struct Pair pair = unix_pair();
  if (real) while (send(pair.own, block, PAGE, MSG_DONTWAIT) > 0) continue;
  MUST(setsockopt(pair.own, SOL_SOCKET, SO_SNDTIMEO, &WHILE, sizeof WHILE));
  PATIENTLY(sendto(pair.own, block, 100, 0, 0, 0));
  SAY("flags=%o", fcntl(pair.own, F_GETFL));
}
static void connect_patience(void) {
  struct sockaddr_in at;
  int waiting, fd = slow_connection(&at, &waiting, 0);
  MUST(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &WHILE, sizeof WHILE));
  PATIENTLY(connect(fd, (void *)&at, sizeof at));
  say_connects(fd, waiting);
}

static const struct Case PEER_CASES[] = {
  {"write", "EPIPE", "", pipe_write},
  {"writev", "EPIPE", "", pipe_writev},
  {"write", "EPIPE", "not waiting", pipe_nonblocking},
  {"splice", "EPIPE", "", pipe_splice},
  {"vmsplice", "EPIPE", "", pipe_vmsplice},
  {"write", "EPIPE", "without a handler", pipe_default},
  {"recvfrom", "ECONNRESET", "", reset_recv},
  {"read", "ECONNRESET", "", reset_read},
  {"recvmsg", "ECONNRESET", "", reset_recvmsg},
  {"sendto", "ECONNRESET", "", reset_send},
  {"write", "ECONNRESET", "", reset_write},
  {"recvfrom", "ECONNRESET", "with data waiting", reset_waiting},
  {"recvfrom", "ECONNRESET", "seen by epoll", reset_epoll},
  {"recvfrom", "ECONNRESET", "unix", reset_unix},
  {"sendto", "EPIPE", "", broken_tcp},
  {"sendmsg", "EPIPE", "MSG_NOSIGNAL", broken_tcp_quiet},
  {"write", "EPIPE", "unix", broken_unix},
  {"recvfrom", "ETIMEDOUT", "", dead_peer},
  {"connect", "ECONNREFUSED", "", refused_tcp},
  {"connect", "ECONNREFUSED", "and once more", refused_then_served},
  {"connect", "ECONNREFUSED", "unix", refused_unix},
  {"connect", "ENETUNREACH", "", unreachable},
  {"connect", "ETIMEDOUT", "", connect_timeout},
  {"sendto", "ECONNREFUSED", "udp", refused_udp},
  {"bind", "EADDRINUSE", "", address_taken},
  {"bind", "EADDRNOTAVAIL", "", address_foreign},
  {"getpeername", "ENOTCONN", "", not_connected},
  {"connect", "EINPROGRESS", "", in_progress},
  {"connect", "EALREADY", "", already},
  {"connect", "EISCONN", "", connected},
  {"read", "EAGAIN", "", empty_pipe},
  {"write", "EAGAIN", "", full_pipe},
  {"recvfrom", "EAGAIN", "", nothing_received},
  {"accept4", "EAGAIN", "", nobody_waits},
  {"read", "EAGAIN", "eventfd", no_event},
  {"recvfrom", "EAGAIN", "SO_RCVTIMEO", recv_timeout},
  {"read", "EAGAIN", "SO_RCVTIMEO", read_timeout},
  {"accept4", "EAGAIN", "SO_RCVTIMEO", accept_timeout},
  {"sendto", "EAGAIN", "SO_SNDTIMEO", send_timeout},
  {"connect", "EINPROGRESS", "SO_SNDTIMEO", connect_patience},
};
