/* Blocking calls, stopped and continued, and interrupted by handlers with and without SA_RESTART. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int caught;

static void handler(int signal) {
	(void)signal;
	caught++;
}

static void handle(int flags) {
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
	sigaction(SIGUSR1, &action, NULL);
}

/* Returns when a process has been seen asleep several times on end: it is in the call that it was about to make. */
static void until_asleep(pid_t pid) {
	char name[32], state;
	snprintf(name, sizeof name, "/proc/%d/stat", pid);
	for (int looks = 0; looks < 10; looks = state == 'S' ? looks + 1 : 0) {
		FILE *file = fopen(name, "r");
		if (!file || fscanf(file, "%*d (%*[^)]) %c", &state) != 1) _exit(1);
		fclose(file);
		usleep(2000);
	}
}

/* A child that disturbs us, and then writes what we may be waiting for. */
static pid_t disturb(int first, int second, int fd) {
	pid_t parent = getpid(), pid = fork();
	if (pid) return pid;
	until_asleep(parent);
	kill(parent, first);
	usleep(20000);
	if (second) kill(parent, second);
	usleep(20000);
	if (fd >= 0 && write(fd, "x", 1) != 1) _exit(1);
	_exit(0);
}

static void report(const char *name, long result, int error, pid_t pid) {
	while (waitpid(pid, NULL, 0) < 0);
	printf("%s: %s %s, caught %d\n", name, result < 0 ? "failed" : "done", result < 0 ? strerror(error) : "", caught);
}

static long milliseconds(void) {
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int main(void) {
	int fds[2];
	char byte;
	pid_t pid;
	long result;
	struct timespec nap = {.tv_nsec = 500 * 1000 * 1000};
	setvbuf(stdout, NULL, _IONBF, 0);
	if (pipe(fds)) return 1;
	struct pollfd wanted = {.fd = fds[0], .events = POLLIN};
	int epoll = epoll_create1(0);

	long start = milliseconds();
	pid = disturb(SIGSTOP, SIGCONT, -1);
	result = nanosleep(&nap, NULL);
	long slept = milliseconds() - start;
	report("nanosleep, stopped", result, errno, pid);
	printf("slept its time: %d\n", slept >= 499 && slept < 100000);
	pid = disturb(SIGSTOP, SIGCONT, fds[1]);
	result = poll(&wanted, 1, 60000);
	report("poll, stopped", result, errno, pid);
	result = read(fds[0], &byte, 1);
	pid = disturb(SIGSTOP, SIGCONT, fds[1]);
	result = read(fds[0], &byte, 1);
	report("read, stopped", result, errno, pid);
	pid = disturb(SIGSTOP, SIGCONT, -1);
	result = epoll_wait(epoll, &(struct epoll_event){0}, 1, 60000);
	report("epoll_wait, stopped", result, errno, pid);

	handle(SA_RESTART);
	pid = disturb(SIGUSR1, 0, fds[1]);
	result = read(fds[0], &byte, 1);
	report("read, SA_RESTART", result, errno, pid);
	pid = disturb(SIGUSR1, 0, -1);
	result = nanosleep(&nap, NULL);
	report("nanosleep, SA_RESTART", result, errno, pid);
	handle(0);
	pid = disturb(SIGUSR1, 0, -1);
	result = read(fds[0], &byte, 1);
	report("read, no SA_RESTART", result, errno, pid);
	pid = disturb(SIGUSR1, 0, -1);
	result = pause();
	report("pause", result, errno, pid);
	signal(SIGUSR1, SIG_IGN);
	pid = disturb(SIGUSR1, 0, fds[1]);
	result = read(fds[0], &byte, 1);
	report("read, ignored", result, errno, pid);
	return 0;
}
