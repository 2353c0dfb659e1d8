/* Calls by the 32-bit table, in a 64-bit program whose strings lie low enough for 32-bit pointers. */
#include <string.h>
#include <sys/mman.h>

static int call32(int number, long a, long b, long c, long d, long e) {
	int result;
	__asm__ volatile("int $0x80"
	                 : "=a"(result)
	                 : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
	                 : "memory", "r8", "r9", "r10", "r11");
	return result;
}

int main(void) {
	char *low = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long at = (long)low;
	strcpy(low, "/dev/null");
	strcpy(low + 64, "hello");
	int fd = call32(5, at, 1, 0, 0, 0);                   /* open */
	call32(4, fd, at + 64, 5, 0, 0);                      /* write */
	call32(140, fd, 0, 0, at + 128, 0);                   /* _llseek */
	call32(221, fd, 1, 0, 0, 0);                          /* fcntl64 */
	call32(192, at, 4096, 3, 0x32, -1);                   /* mmap2; its offset is whatever ebp has */
	strcpy(low, "/dev/null");
	call32(42, at + 256, 0, 0, 0, 0);                     /* pipe */
	call32(199, 0, 0, 0, 0, 0);                           /* getuid32 */
	call32(295, -100, at, 02000000, 0, 0);                /* openat */
	call32(93, 1000, -1, 0, 0, 0);                        /* ftruncate */
	call32(7, -1, at + 300, 1, 0, 0);                     /* waitpid */
	call32(6, fd, 0, 0, 0, 0);                            /* close */
	call32(999, 1, 2, 3, 4, 5);
	return 0;
}
