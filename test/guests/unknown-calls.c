/* Calls by numbers that no kernel knows. */
#include <unistd.h>
#include <sys/syscall.h>

int main(void) {
	syscall(0x1d8, 1, 2, 3, 4, 5, 6);
	syscall(350, 1, 2, 3, 4, 5, 6);
	syscall(5000, 1, 2, 3, 4, 5, 6);
	return 0;
}
