/* Its child has the memory of its parent, and waits for the end of its input: so long the parent can't be stopped. */
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
  int status;
  pid_t child = vfork();
  if (child == 0) {
    char byte;
    while (read(0, &byte, 1) > 0) {
    }
    _exit(7);
  }
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}
