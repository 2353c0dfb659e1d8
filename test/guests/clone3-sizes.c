/* clone3(2) with structures of several sizes that ask for an untraced child: what comes back. The child ends at once. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
	static char memory[8192];
	struct clone_args args = {.flags = CLONE_UNTRACED, .exit_signal = SIGCHLD};
	int sizes[] = {0, 56, 64, 88, 4097};
	memcpy(memory, &args, sizeof args);
	setvbuf(stdout, NULL, _IONBF, 0);
	for (int i = 0; i < 5; i++) {
		long result = syscall(SYS_clone3, memory, sizes[i]);
		if (result == 0) _exit(0);
		int number = errno;
		if (result > 0 && result != 42) waitpid(result, NULL, __WALL);
		printf("%d: %s\n", sizes[i], result == 42 ? "42" : result > 0 ? "a child" : strerror(number));
	}
	return 0;
}
