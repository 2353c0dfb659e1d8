/* System calls by the 32-bit entry of the kernel, in a 64-bit program. */
#include <stdio.h>
#include <unistd.h>

static long call32(long number, long first) {
	long result;
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first) : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

int main(void) {
	int same = 0;
	for (int i = 0; i < 100; i++) same += call32(20, 0) == getpid();
	printf("getpid: %d, close of a bad descriptor: %ld\n", same, call32(6, 12345));
	return 0;
}
