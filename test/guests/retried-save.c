/* Writes records to "records", each once more if the first try fails. What becomes of the second try nobody asks: two failures in a row lose a record. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int put(int fd, const char *text) {
  for (size_t done = 0, length = strlen(text); done < length;) {
    ssize_t count = write(fd, text + done, length - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -1;
    done += count;
  }
  return 0;
}

static void save(int fd, const char *text) {
  for (int tries = 0; tries < 2; tries++)
    if (put(fd, text) == 0) break;
}

static int failed(const char *what) {
  perror(what);
  return 1;
}

int main(void) {
  int fd = open("records", O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (fd < 0) return failed("open");
  save(fd, "one\n");
  save(fd, "two\n");
  if (fsync(fd) != 0 || close(fd) != 0) return failed("records");
  if (puts("saved") < 0 || fflush(stdout) != 0) return failed("stdout");
  return 0;
}
