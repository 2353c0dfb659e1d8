/* Two children look whether a file is there, and make it if it is not. Exits with 1 if both have made it. */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int make(void) {
  struct stat found;
  if (stat("made", &found) == 0) return 0;
  int fd = open("made", O_WRONLY | O_CREAT | O_APPEND, 0644);
  return fd < 0 || write(fd, "x", 1) != 1;
}

int main(void) {
  unlink("made");
  for (int i = 0; i < 2; i++)
    if (fork() == 0) _exit(make());
  while (wait(NULL) > 0)
    ;
  struct stat made;
  return stat("made", &made) != 0 || made.st_size != 1;
}
