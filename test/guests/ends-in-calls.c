/*
 * How tasks end that are in calls: ends-in-calls exec|exit|kill|leader. The first task waits in rt_sigsuspend, a second in nanosleep;
 * a third executes a program, ends the process, or kills it. With `leader` the first ends before the others.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const char *what;

static void *sleeps(void *unused) {
	struct timespec span = {123, 0};
	syscall(SYS_nanosleep, &span, NULL);
	return unused;
}

static void *ends(void *unused) {
	struct timespec span = {0, 300000000};
	syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &span, NULL);
	char *words[] = {"again", NULL}, *none[] = {NULL};
	if (strcmp(what, "exec") == 0) execve("/proc/self/exe", words, none);
	if (strcmp(what, "kill") == 0) kill(getpid(), SIGKILL);
	syscall(SYS_exit_group, 6);
	return unused;
}

int main(int argc, char **argv) {
	pthread_t thread;
	sigset_t none;
	if (argc < 2) return 5;
	what = argv[1];
	pthread_create(&thread, NULL, sleeps, NULL);
	pthread_create(&thread, NULL, ends, NULL);
	if (strcmp(what, "leader") == 0) syscall(SYS_exit, 0);
	sigemptyset(&none);
	sigsuspend(&none);
	return 1;
}
