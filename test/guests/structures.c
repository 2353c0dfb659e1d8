/* Calls whose arguments are structures, strings behind pointers, arrays of messages. What they return does not matter. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct instruction {
	unsigned short code;
	unsigned char jt, jf;
	unsigned k;
};

int main(void) {
	unsigned header[2] = {0x20080522, 0};
	unsigned sets[6] = {1, 1, 0, 0, 0, 0};
	syscall(SYS_capset, header, (void *)16);
	syscall(SYS_sched_getattr, 0, sets, 0, 0);

	struct instruction allow = {6, 0, 0, 0x7fff0000};
	struct { unsigned short length; void *filter; } program = {1, &allow};
	syscall(SYS_seccomp, 1, 0x8000, &program);

	/* On the stack, since the kernel's tracing sees only pages that have been touched. */
	char license[] = "GPL", pin[] = "/nonexistent/pin";
	unsigned long attributes[16] = {0};
	((unsigned *)attributes)[0] = 1;
	attributes[2] = (unsigned long)license;
	syscall(SYS_bpf, 5, attributes, 48);
	syscall(SYS_bpf, 7, (unsigned long[]){(unsigned long)pin, 0}, 16);

	struct sembuf operations[2] = {{0, -1, IPC_NOWAIT}, {1, 2, SEM_UNDO}};
	syscall(SYS_semop, -1, operations, 2);

	int pair[2];
	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	struct iovec one = {"one", 3}, two = {"two!", 4};
	struct mmsghdr messages[2] = {{{.msg_iov = &one, .msg_iovlen = 1}, 0}, {{.msg_iov = &two, .msg_iovlen = 1}, 0}};
	syscall(SYS_sendmmsg, pair[0], messages, 2, 0);
	char room[CMSG_SPACE(sizeof(int))] = {0};
	struct msghdr message = {.msg_iov = &one, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
	struct cmsghdr *control = CMSG_FIRSTHDR(&message);
	*control = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
	*(int *)CMSG_DATA(control) = 1;
	syscall(SYS_sendmsg, pair[0], &message, 0);

	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	timer_t timer;
	syscall(SYS_timer_create, 999, &event, &timer);
	syscall(SYS_landlock_create_ruleset, (unsigned long[]){3, 1}, 16, 8);
	syscall(SYS_keyctl, 6, -3, 0, 0);
	syscall(449, (unsigned long[]){7, 0, 2 | 128}, 1, 1, 0, 1); /* futex_waitv */
	return 0;
}
