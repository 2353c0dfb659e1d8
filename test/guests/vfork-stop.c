/* The child that vfork(2) makes stops, as by Ctrl-Z, before its execve: the parent waits for it meanwhile, and can't stop. */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
  puts("started");
  fflush(stdout);
  pid_t child = vfork();
  if (child == 0) {
    kill(getpid(), SIGTSTP);
    execlp("echo", "echo", "child went on", (char *)0);
    _exit(1);
  }
  int status;
  waitpid(child, &status, 0);
  puts("over");
  return WEXITSTATUS(status);
}
