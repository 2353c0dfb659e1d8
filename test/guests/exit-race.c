/* exit-race ROUNDS: 64 busy threads, and one of them ends the process. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *toils(void *number) {
	for (int i = 0;; i++) {
		getppid();
		if (number == (void *)32 && i == 20) exit(3);
	}
}

int main(int argc, char **argv) {
	pthread_t thread;
	int sum = 0, status;
	for (int i = 0; i < atoi(argv[argc - 1]); i++) {
		if (fork() == 0) {
			for (long n = 0; n < 64; n++) pthread_create(&thread, NULL, toils, (void *)n);
			for (;;) pause();
		}
		wait(&status);
		sum += WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
	}
	printf("sum %d\n", sum);
	return 0;
}
