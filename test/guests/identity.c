/* Who we are: to be made a setuid program. */
#include <stdio.h>
#include <unistd.h>

int main(void) {
	printf("real %d, effective %d\n", getuid(), geteuid());
	return 0;
}
