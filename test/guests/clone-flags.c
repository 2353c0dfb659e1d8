/* Makes tasks with every kind of sharing, and prints how each one ended. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK 65536

static volatile int shared;

static int child(void *status) {
	shared++;
	return (int)(long)status;
}

static void report(const char *name, pid_t pid) {
	int status = -1;
	if (pid < 0) {
		printf("%s: %s\n", name, strerror(errno));
		return;
	}
	if (waitpid(pid, &status, __WALL) != pid) printf("%s: not ours to wait for, ", name);
	printf("%s: status %x, shared %d\n", name, status, shared);
}

static void with(const char *name, int flags, int status) {
	report(name, clone(child, (char *)malloc(STACK) + STACK, flags, (void *)(long)status));
}

static void with3(const char *name, unsigned long flags) {
	struct clone_args args = {.flags = flags, .exit_signal = SIGCHLD};
	pid_t pid = syscall(SYS_clone3, &args, sizeof args);
	if (pid < 0 && errno == ENOSYS) pid = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0) {
		for (int i = 0; i < 10; i++) getppid();
		_exit(getppid() > 0 ? 9 : 8);
	}
	report(name, pid);
}

int main(void) {
	setvbuf(stdout, NULL, _IONBF, 0);
	signal(SIGUSR1, SIG_IGN);
	with("fork", SIGCHLD, 1);
	with("memory", CLONE_VM | SIGCHLD, 2);
	with("all but thread", CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | SIGCHLD, 3);
	with("vfork", CLONE_VM | CLONE_VFORK | SIGCHLD, 4);
	with("no exit signal", CLONE_VM, 5);
	with("other exit signal", SIGUSR1, 6);
	with("untraced", CLONE_UNTRACED | SIGCHLD, 7);
	with("traced", CLONE_PTRACE | SIGCHLD, 8);
	with3("clone3", 0);
	with3("clone3 untraced", CLONE_UNTRACED);
	/* A sibling is a child of our parent: it takes it for ours. */
	if (fork() == 0) {
		int sibling = clone(child, (char *)malloc(STACK) + STACK, CLONE_PARENT | SIGCHLD, (void *)10);
		usleep(1000);
		_exit(sibling > 0 ? 11 : 12);
	}
	int sum = 0, status;
	while (wait(&status) > 0) sum += WEXITSTATUS(status);
	printf("parent and sibling: %d\n", sum);
	return 0;
}
