// real-errors list: the cases, one a line: number, system call, errno, variant.
// real-errors real|injected DIRECTORY: does each of them in a task of its own, whose name is its number while it makes the
// call; one line each of all that it can see afterwards. In `real` the error is provoked: a full disk, a peer that is gone, a
// signal. In `injected` it is left to whoever traces this.
#include "real-errors/case.h"
#include "real-errors/files.h"
#include "real-errors/tables.h"
#include "real-errors/peers.h"
#include "real-errors/waits.h"

static const struct { const struct Case *cases; int count; } ALL[] = {
#define ROOM(cases) {cases, sizeof cases / sizeof *cases}
  ROOM(FILE_CASES), ROOM(TABLE_CASES), ROOM(PEER_CASES), ROOM(WAIT_CASES),
};

static void in_a_task(const struct Case *one) {
  int status;
  MUST(mkdir(case_name, 0777));
  pid_t child = fork();
  if (child == 0) {
    // Nothing of it outlives it, its file systems and those who hang least of all.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    MUST(unshare(CLONE_NEWNS));
    MUST(mount(0, "/", 0, MS_REC | MS_PRIVATE, 0));
    MUST(chdir(case_name));
    umask(0);
    one->run();
    say_signals();
    fflush(stdout);
    _exit(0);
  }
  for (int tries = 0; waitpid(child, &status, WNOHANG) == 0; tries++) {
    if (tries == 20000) kill(child, SIGKILL);
    usleep(10000);
  }
  kill(-child, SIGKILL);
  printf(status == 0 ? "\n" : " status=%x\n", status);
  fflush(stdout);
}

int main(int argc, char **argv) {
  int number = 0;
  const char *only = argc > 3 ? argv[3] : 0;
  real = strcmp(argv[1], "real") == 0;
  setvbuf(stdout, 0, _IOFBF, 1 << 16);
  if (argc > 2) MUST(chdir(argv[2]));
  for (int room = 0; room < 4; room++) {
    for (int i = 0; i < ALL[room].count; i++, number++) {
      const struct Case *one = &ALL[room].cases[i];
      snprintf(case_name, sizeof case_name, "case-%d", number);
      if (only && strcmp(only, case_name) != 0) continue;
      if (argc == 2) printf("%s\t%s\t%s\t%s\n", case_name, one->call, one->error, one->variant);
      else {
        printf("%s", case_name);
        fflush(stdout);
        in_a_task(one);
      }
    }
  }
  return 0;
}
