/* kill-storm SEED ROUNDS: children that fork, make threads and execute programs get SIGKILL at random moments. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static char *name;

static void *toils(void *unused) {
	for (;;) getppid();
	return unused;
}

static void *executes(void *unused) {
	usleep(rand() % 500);
	execl("/proc/self/exe", name, "busy", NULL);
	return unused;
}

static void live(int kind) {
	pthread_t thread;
	if (kind == 0)
		for (;;) getppid();
	if (kind == 1)
		for (;;) {
			if (fork() == 0) _exit(0);
			waitpid(-1, NULL, WNOHANG);
		}
	if (kind == 2) {
		for (int i = 0; i < 8; i++) pthread_create(&thread, NULL, toils, NULL);
		pthread_create(&thread, NULL, executes, NULL);
		toils(NULL);
	}
	if (kind == 3)
		for (;;)
			if (vfork() == 0) {
				execl("/proc/self/exe", name, "exit", NULL);
				_exit(1);
			}
}

int main(int argc, char **argv) {
	name = argv[0];
	if (argc == 2 && strcmp(argv[1], "exit") == 0) return 0;
	if (argc == 2) live(0);
	srand(atoi(argv[1]));
	/* The orphans of those that were killed come to us. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	int rounds = atoi(argv[2]), killed = 0, status;
	for (int i = 0; i < rounds; i++) {
		pid_t pid = fork();
		if (pid == 0) live(i % 4);
		usleep(rand() % 5000);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	}
	/* All others end by themselves. */
	while (wait(NULL) > 0);
	printf("killed %d of %d\n", killed, rounds);
	return 0;
}
