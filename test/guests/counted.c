/* counted PROCESSES THREADS CALLS: each thread of each process calls getppid so many times; the processes live at once. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int calls;

static void *works(void *unused) {
	for (int i = 0; i < calls; i++) syscall(SYS_getppid);
	return unused;
}

int main(int argc, char **argv) {
	int processes = atoi(argv[1]), threads = atoi(argv[2]), ended = 0, fds[2];
	char byte;
	pthread_t ids[64];
	calls = atoi(argv[3]);
	if (argc < 4 || pipe(fds)) return 1;
	for (int p = 0; p < processes; p++) {
		pid_t pid = fork();
		if (pid < 0) return 2;
		if (pid > 0) continue;
		close(fds[1]);
		if (read(fds[0], &byte, 1) != 0) return 3;
		for (int t = 1; t < threads; t++) pthread_create(&ids[t], NULL, works, NULL);
		works(NULL);
		for (int t = 1; t < threads; t++) pthread_join(ids[t], NULL);
		return 0;
	}
	close(fds[1]);
	for (int status; wait(&status) > 0;) ended += status == 0;
	printf("ended %d\n", ended);
	return 0;
}
