/* A thread that is not the leader calls execve; with "exited", its leader has ended before. The process id stays. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **arguments;

static void *sleeps(void *unused) {
	for (;;) pause();
	return unused;
}

static void *executes(void *unused) {
	char pid[16], left[16];
	usleep(2000);
	snprintf(pid, sizeof pid, "%d", getpid());
	snprintf(left, sizeof left, "%d", atoi(arguments[2]) - 1);
	execl(arguments[0], arguments[0], arguments[1], left, pid, NULL);
	perror("execl");
	return unused;
}

int main(int argc, char **argv) {
	pthread_t thread;
	arguments = argv;
	if (argc > 3 && atoi(argv[3]) != getpid()) puts("the process id changed");
	if (atoi(argv[2]) == 0) {
		puts("executed");
		return 0;
	}
	for (int i = 0; i < 8; i++) pthread_create(&thread, NULL, sleeps, NULL);
	pthread_create(&thread, NULL, executes, NULL);
	if (strcmp(argv[1], "exited") == 0) pthread_exit(NULL);
	for (;;) pause();
}
