/* A thread for each way to wait. Each one tells when its wait is over, and why; else "ready", and nothing more. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static struct timespec minute = {600, 0};
static int pair[2], pipes[2], semaphore;

static int socket_with_timeout(void) {
	struct timeval time = {600, 0};
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
	return pair[0];
}

static long waits(int way, const char **name) {
	char byte;
	struct epoll_event event;
	struct pollfd polled = {pipes[0], POLLIN, 0};
	struct sembuf taken = {0, -1, 0};
	sigset_t set;
	fd_set read_set;
	int word = 0, epoll = epoll_create1(0);
	FD_ZERO(&read_set);
	FD_SET(pipes[0], &read_set);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	switch (way) {
	case 0: *name = "epoll_wait"; return epoll_wait(epoll, &event, 1, -1);
	case 1: *name = "epoll_wait with time"; return epoll_wait(epoll, &event, 1, 600000);
	case 2: *name = "epoll_pwait"; return epoll_pwait(epoll, &event, 1, -1, &set);
	case 3: *name = "sigtimedwait"; return sigtimedwait(&set, NULL, &minute);
	case 4: *name = "sigwaitinfo"; return sigwaitinfo(&set, NULL);
	case 5: *name = "recv with time"; return recv(socket_with_timeout(), &byte, 1, 0);
	case 6: *name = "semop"; return semop(semaphore, &taken, 1);
	case 7: *name = "semtimedop"; return semtimedop(semaphore, &taken, 1, &minute);
	case 8: *name = "poll"; return poll(&polled, 1, 600000);
	case 9: *name = "select"; return select(pipes[0] + 1, &read_set, NULL, NULL, NULL);
	case 10: *name = "nanosleep"; return nanosleep(&minute, NULL);
	case 11: *name = "futex"; return syscall(SYS_futex, &word, FUTEX_WAIT, 0, &minute, NULL, 0);
	case 12: *name = "read"; return read(pipes[0], &byte, 1);
	default: *name = "pause"; return pause();
	}
}

static void *thread(void *way) {
	const char *name;
	long result = waits((long)way, &name);
	printf("%s: %ld %s\n", name, result, strerror(errno));
	return NULL;
}

int main(void) {
	pthread_t id;
	setvbuf(stdout, NULL, _IONBF, 0);
	pipe(pipes);
	semaphore = semget(IPC_PRIVATE, 1, 0600);
	for (long way = 0; way < 14; way++) pthread_create(&id, NULL, thread, (void *)way);
	usleep(200000);
	puts("ready");
	/* Until somebody closes our stdin. */
	char byte;
	while (read(0, &byte, 1) > 0);
	close(1);
	semctl(semaphore, 0, IPC_RMID);
	_exit(0);
}
