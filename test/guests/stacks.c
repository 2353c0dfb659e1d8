// Calls from known places. Arguments say what is done: s in a handler of a signal, t in a thread, v in a child of vfork,
// w once a byte has come, d after its file has been deleted, l in one library after another (the next two arguments).
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static void said(const char *text) {
  if (write(1, text, strlen(text)) < 0) _exit(2); // said
}

static void handler(int signal) {
  (void)signal;
  said("handler\n"); // handler
}

__attribute__((noinline)) static void deep(int depth) {
  volatile char room[64];
  room[depth] = 1;
  if (depth > 0)
    deep(depth - 1); // deep
  else
    kill(getpid(), SIGUSR1); // innermost
  room[depth] = 2;
}

static void *thread(void *unused) {
  said("thread\n");
  return unused;
}

static void library(const char *file) {
  void *handle = dlopen(file, RTLD_NOW);
  void (*call)(void) = (void (*)(void))dlsym(handle, "call");
  call();
  dlclose(handle);
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    if (argv[i][0] == 's') {
      signal(SIGUSR1, handler);
      deep(3); // main
    } else if (argv[i][0] == 'w') {
      char byte;
      if (read(0, &byte, 1) < 0) return 1;
    } else if (argv[i][0] == 't') {
      pthread_t id;
      pthread_create(&id, 0, thread, 0);
      pthread_join(id, 0);
    } else if (argv[i][0] == 'v') {
      if (vfork() == 0) {
        said("vfork\n");
        _exit(0);
      }
    } else if (argv[i][0] == 'd') {
      unlink(argv[0]);
      said("deleted\n");
    } else if (argv[i][0] == 'l') {
      library(argv[++i]);
      library(argv[++i]);
    }
  }
  return 0;
}
