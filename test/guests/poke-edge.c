// poke-edge: chdir with a path whose last byte is the last of its page, and with one that is nowhere.
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void) {
  char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(pages + 4096, 4096);
  pages[4095] = '/';
  int edge = chdir(pages + 4095);
  int nowhere = chdir(pages + 4096);
  printf("%d %d %02x\n", edge, nowhere, pages[4095]);
  return 0;
}
