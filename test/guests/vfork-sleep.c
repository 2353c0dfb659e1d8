/* Its child has the memory of its parent, and sleeps for three seconds: so long the parent can't be stopped. */
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
  int status;
  pid_t child = vfork();
  if (child == 0) {
    sleep(3);
    _exit(7);
  }
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}
