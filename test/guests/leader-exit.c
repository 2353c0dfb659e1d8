/* The leader of the process ends; its threads go on, and one of them ends the process with status 7. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void *goes_on(void *leader) {
	pthread_join(*(pthread_t *)leader, NULL);
	for (int i = 0; i < 50; i++) getppid();
	puts("the leader has ended");
	exit(7);
}

int main(void) {
	static pthread_t leader;
	pthread_t thread;
	leader = pthread_self();
	pthread_create(&thread, NULL, goes_on, &leader);
	pthread_exit(NULL);
}
