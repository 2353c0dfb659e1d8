/* What processes learn of each other: parent death signals, pid file descriptors, wait statuses, stops of children. */
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int chld;

static void on_child(int signal) {
	(void)signal;
	chld++;
}

static void death_signal(void) {
	int status, told[2];
	char byte;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (pipe(told)) return;
	if (fork() == 0) {
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGUSR2);
			if (write(told[1], "x", 1) != 1) _exit(1);
			for (;;) pause();
		}
		_exit(read(told[0], &byte, 1) != 1);
	}
	close(told[0]);
	close(told[1]);
	for (int i = 0; i < 2; i++) {
		wait(&status);
		if (WIFSIGNALED(status)) printf("death signal: %d\n", WTERMSIG(status) == SIGUSR2);
	}
}

static void pid_descriptor(void) {
	siginfo_t info;
	pid_t pid = fork();
	if (pid == 0)
		for (;;) pause();
	int fd = syscall(SYS_pidfd_open, pid, 0);
	struct pollfd wanted = {.fd = fd, .events = POLLIN};
	printf("alive: %d\n", poll(&wanted, 1, 20) == 0);
	syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0);
	printf("ended: %d\n", poll(&wanted, 1, 60000) == 1);
	waitid(P_PIDFD, fd, &info, WEXITED);
	printf("of SIGTERM: %d\n", info.si_code == CLD_KILLED && info.si_status == SIGTERM);
}

static void stops(void) {
	int status, gate[2];
	char byte;
	if (pipe(gate)) return;
	signal(SIGCHLD, on_child);
	pid_t pid = fork();
	if (pid == 0) {
		close(gate[1]);
		raise(SIGSTOP);
		/* An end that comes before the parent has looked would hide that it went on. */
		_exit(read(gate[0], &byte, 1) == 0 ? 4 : 5);
	}
	waitpid(pid, &status, WUNTRACED);
	printf("stopped: %d\n", WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
	kill(pid, SIGCONT);
	waitpid(pid, &status, WCONTINUED);
	printf("continued: %d\n", WIFCONTINUED(status));
	close(gate[1]);
	waitpid(pid, &status, 0);
	printf("status: %d, SIGCHLD came: %d\n", WEXITSTATUS(status), chld >= 2);
	signal(SIGCHLD, SIG_DFL);
}

static void all_blocked(void) {
	sigset_t all;
	int status, signal;
	sigfillset(&all);
	if (fork() == 0) {
		sigprocmask(SIG_SETMASK, &all, NULL);
		kill(getpid(), SIGUSR1);
		kill(getpid(), SIGTERM);
		sigwait(&all, &signal);
		sigwait(&all, &signal);
		_exit(signal);
	}
	wait(&status);
	printf("taken while blocked: %d\n", WEXITSTATUS(status) == SIGTERM);
}

int main(void) {
	setvbuf(stdout, NULL, _IONBF, 0);
	pid_descriptor();
	stops();
	all_blocked();
	death_signal();
	return 0;
}
