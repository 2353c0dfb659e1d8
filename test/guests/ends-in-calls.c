/*
 * How tasks end that are in calls: ends-in-calls exec|exit|kill|leader. The first task waits in rt_sigsuspend, a second in nanosleep;
 * a third executes a program, ends the process, or kills it, once the others have slept for a while. With `leader` the first ends
 * before the others.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
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

/* How many of the tasks neither sleep nor have ended: at least the one that asks. */
static int awake(void) {
	int count = 0;
	DIR *tasks = opendir("/proc/self/task");
	for (struct dirent *task; (task = readdir(tasks));) {
		char name[300], state = 0;
		snprintf(name, sizeof name, "/proc/self/task/%s/stat", task->d_name);
		FILE *file = fopen(name, "r");
		if (!file) continue;
		if (fscanf(file, "%*d (%*[^)]) %c", &state) == 1 && !strchr("SZ", state)) count++;
		fclose(file);
	}
	closedir(tasks);
	return count;
}

static void *ends(void *unused) {
	struct timespec span = {0, 20000000};
	for (int looks = 0; looks < 15; looks = awake() == 1 ? looks + 1 : 0) {
		syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &span, NULL);
	}
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
