/* Parent and child each wait for a byte of the other. */
#include <unistd.h>

int main(void) {
  int to_child[2], to_parent[2];
  char byte = 0;
  if (pipe(to_child) || pipe(to_parent)) return 2;
  if (fork() == 0) return read(to_child[0], &byte, 1) != 1 || write(to_parent[1], &byte, 1) != 1;
  return read(to_parent[0], &byte, 1) != 1 || write(to_child[1], &byte, 1) != 1;
}
