// Full disks, full tables of inodes, files that grow too large, paths that lead nowhere.

#define PAGE 4096
static char block[3 * PAGE];

// A small file system of this task's own, in its directory; full if the error is to be real.
static void small_disk(const char *inodes) {
  char options[64];
  snprintf(options, sizeof options, "size=%d,nr_inodes=%s", 16 * PAGE, inodes);
  MUST(mkdir("disk", 0777));
  MUST(mount("disk", "disk", "tmpfs", 0, options));
  MUST(chdir("disk"));
}

static void fill(void) {
  if (!real) return;
  int fd = open("filler", O_WRONLY | O_CREAT, 0600);
  while (write(fd, block, PAGE) > 0) continue;
  close(fd);
}

static int full_disk(void) {
  small_disk("20");
  int fd = make("file", PAGE);
  fill();
  return fd;
}

static void say_written(int fd) {
  say_fd("fd", fd);
  say_file("file");
  SAY("then=%ld", result(pwrite(fd, "n", 1, 0)));
}

static void full_write(void) {
  int fd = full_disk();
  TARGET(write(fd, block, 100));
  say_written(fd);
}
static void full_append(void) {
  int fd = full_disk();
  MUST(fcntl(fd, F_SETFL, O_APPEND));
  TARGET(write(fd, block, 100));
  say_fd("fd", fd);
}
static void full_writev(void) {
  int fd = full_disk();
  struct iovec pieces[] = {{block, 10}, {block, 20}};
  TARGET(writev(fd, pieces, 2));
  say_written(fd);
}
static void full_pwrite(void) {
  int fd = full_disk();
  TARGET(pwrite(fd, block, 100, PAGE));
  say_written(fd);
}
static void full_pwritev(void) {
  int fd = full_disk();
  struct iovec pieces[] = {{block, 10}, {block, 20}};
  TARGET(pwritev(fd, pieces, 2, PAGE));
  say_written(fd);
}
static void full_fallocate(void) {
  int fd = full_disk();
  TARGET(fallocate(fd, 0, PAGE, 2 * PAGE));
  say_written(fd);
}
static int source(void) {
  int fd = memfd_create("source", 0);
  MUST(write(fd, block, 2 * PAGE));
  lseek(fd, 0, SEEK_SET);
  return fd;
}
static void full_sendfile(void) {
  int fd = full_disk(), from = source();
  off_t at = 7;
  TARGET(sendfile(fd, from, &at, 100));
  SAY("at=%ld", (long)at);
  say_fd("from", from);
  say_written(fd);
}
static void full_copy(void) {
  int fd = full_disk(), from = open("file", O_RDONLY);
  TARGET(copy_file_range(from, 0, fd, 0, 100, 0));
  say_fd("from", from);
  say_written(fd);
}
static void full_splice(void) {
  int fd = full_disk(), ends[2];
  MUST(pipe(ends));
  MUST(write(ends[1], "hello", 5));
  TARGET(splice(ends[0], 0, fd, 0, 5, 0));
  SAY("left=%ld", result(read(ends[0], block, 9)));
  say_written(fd);
}
static void full_symlink(void) {
  static char target[3000];
  memset(target, 't', sizeof target - 1);
  full_disk();
  TARGET(symlinkat(target, AT_FDCWD, "new"));
  say_file("new");
}

static void no_inodes(void) {
  small_disk("6");
  close(make("file", 1));
  if (!real) return;
  for (char name[] = "a"; mknod(name, S_IFREG | 0600, 0) == 0; name[0]++) continue;
}
static void inodes_open(void) {
  no_inodes();
  TARGET(openat(AT_FDCWD, "new", O_WRONLY | O_CREAT, 0600));
  say_file("new");
  say_fd("next", dup(0));
}
static void inodes_mkdir(void) {
  no_inodes();
  TARGET(mkdirat(AT_FDCWD, "new", 0700));
  say_file("new");
  SAY("here=%d", access("file", F_OK));
}
static void inodes_mknod(void) {
  no_inodes();
  TARGET(mknodat(AT_FDCWD, "new", S_IFIFO | 0600, 0));
  say_file("new");
}
static void inodes_symlink(void) {
  no_inodes();
  TARGET(symlinkat("x", AT_FDCWD, "new"));
  say_file("new");
}
static void inodes_link(void) {
  no_inodes();
  TARGET(linkat(AT_FDCWD, "file", AT_FDCWD, "new", 0));
  say_file("new");
  say_file("file");
}

static void dev_full(void) {
  int fd = open(real ? "/dev/full" : "/dev/null", O_WRONLY);
  TARGET(write(fd, block, 10));
  say_fd("fd", fd);
}

// Beyond RLIMIT_FSIZE.
static int at_limit(void) {
  listen_for(SIGXFSZ, 0);
  int fd = make("file", PAGE);
  lower(RLIMIT_FSIZE, PAGE);
  return fd;
}
static void large_write(void) {
  int fd = at_limit();
  TARGET(write(fd, block, 10));
  raise_again(RLIMIT_FSIZE);
  say_written(fd);
}
static void large_writev(void) {
  int fd = at_limit();
  struct iovec piece = {block, 10};
  TARGET(writev(fd, &piece, 1));
  raise_again(RLIMIT_FSIZE);
  say_written(fd);
}
static void large_pwrite(void) {
  int fd = at_limit();
  TARGET(pwrite(fd, block, 10, PAGE + 5));
  raise_again(RLIMIT_FSIZE);
  say_written(fd);
}
static void large_ftruncate(void) {
  int fd = at_limit();
  TARGET(ftruncate(fd, 2 * PAGE));
  raise_again(RLIMIT_FSIZE);
  say_written(fd);
}
static void large_truncate(void) {
  int fd = at_limit();
  TARGET(truncate("file", 2 * PAGE));
  raise_again(RLIMIT_FSIZE);
  say_written(fd);
}
static void large_fallocate(void) {
  listen_for(SIGXFSZ, 0);
  small_disk("20");
  int fd = make("file", PAGE);
  lower(RLIMIT_FSIZE, PAGE);
  TARGET(fallocate(fd, 0, 0, 2 * PAGE));
  raise_again(RLIMIT_FSIZE);
  say_written(fd);
}
static void large_sendfile(void) {
  int from = source(), fd = at_limit();
  TARGET(sendfile(fd, from, 0, 100));
  raise_again(RLIMIT_FSIZE);
  say_fd("from", from);
  say_written(fd);
}
static void large_copy(void) {
  int fd = at_limit(), from = open("file", O_RDONLY);
  TARGET(copy_file_range(from, 0, fd, 0, 100, 0));
  raise_again(RLIMIT_FSIZE);
  say_fd("from", from);
  say_written(fd);
}
static void large_default(void) {
  int fd = at_limit(), status;
  pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_DFL);
    TARGET(write(fd, block, 10));
    _exit(0);
  }
  raise_again(RLIMIT_FSIZE);
  waitpid(child, &status, 0);
  SAY("killed by %d", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
  say_file("file");
}
// Paths
static void path_missing(void) {
  if (!real) close(make("file", 3));
  TARGET(openat(AT_FDCWD, "file", O_RDONLY));
  say_fd("next", dup(0));
}
static void path_denied(void) {
  close(make("file", 3));
  if (real) MUST(chmod("file", 0));
  become_nobody();
  TARGET(openat(AT_FDCWD, "file", O_RDONLY));
  SAY("access=%d", access("/", R_OK));
}
static void read_only_disk(void) {
  small_disk("20");
  close(make("file", 3));
  if (real) MUST(mount(0, ".", 0, MS_REMOUNT | MS_RDONLY, 0));
  if (real) MUST(chdir("../disk"));
}
static void path_read_only(void) {
  read_only_disk();
  TARGET(openat(AT_FDCWD, "file", O_RDWR | O_TRUNC));
  say_file("file");
}
static void unlink_read_only(void) {
  read_only_disk();
  TARGET(unlinkat(AT_FDCWD, "file", 0));
  say_file("file");
}
static void rename_read_only(void) {
  read_only_disk();
  TARGET(renameat(AT_FDCWD, "file", AT_FDCWD, "new"));
  say_file("file");
  say_file("new");
}
static void path_through_file(void) {
  if (real) close(make("way", 0));
  else MUST(mkdir("way", 0700)), close(make("way/file", 0));
  TARGET(openat(AT_FDCWD, "way/file", O_RDONLY));
  say_fd("next", dup(0));
}
static void path_loop(void) {
  if (real) MUST(symlink("file", "file"));
  else close(make("file", 0));
  TARGET(openat(AT_FDCWD, "file", O_RDONLY));
  say_fd("next", dup(0));
}
static void path_long(void) {
  char name[300] = "file";
  if (real) memset(name, 'n', 299);
  else close(make("file", 0));
  TARGET(openat(AT_FDCWD, name, O_RDONLY));
  say_fd("next", dup(0));
}
static void path_directory(void) {
  if (real) MUST(mkdir("file", 0700));
  else close(make("file", 0));
  TARGET(openat(AT_FDCWD, "file", O_WRONLY));
  say_fd("next", dup(0));
}
static void path_exists(void) {
  if (real) close(make("file", 3));
  TARGET(openat(AT_FDCWD, "file", O_WRONLY | O_CREAT | O_EXCL, 0600));
  say_fd("next", dup(0));
}
static void path_busy_text(void) {
  char command[64] = "/bin/true";
  MUST(system("cp /bin/sleep program"));
  pid_t child = 0;
  if (real) {
    child = fork();
    if (child == 0) execl("program", "program", "5", (char *)0), _exit(1);
    while (readlink((snprintf(command, 64, "/proc/%d/exe", child), command), block, 100) < 0 || !strstr(block, "program")) usleep(1000);
  }
  TARGET(openat(AT_FDCWD, "program", O_WRONLY));
  if (child) kill(child, SIGKILL), waitpid(child, 0, 0);
  SAY("access=%d", access("program", X_OK));
}
static void rename_across(void) {
  close(make("file", 3));
  MUST(mkdir("other", 0700));
  if (real) MUST(mount("other", "other", "tmpfs", 0, 0));
  TARGET(renameat(AT_FDCWD, "file", AT_FDCWD, "other/file"));
  say_file("file");
  say_file("other/file");
}
static void rename_full(void) {
  MUST(mkdir("from", 0700));
  MUST(mkdir("to", 0700));
  if (real) close(make("to/file", 3));
  TARGET(renameat(AT_FDCWD, "from", AT_FDCWD, "to"));
  SAY("from=%d to=%d", access("from", F_OK), access("to", F_OK));
}
static void rmdir_full(void) {
  MUST(mkdir("dir", 0700));
  if (real) close(make("dir/file", 3));
  TARGET(unlinkat(AT_FDCWD, "dir", AT_REMOVEDIR));
  SAY("dir=%d", access("dir", F_OK));
}
static void rmdir_busy(void) {
  MUST(mkdir("dir", 0700));
  if (real) MUST(mount("dir", "dir", "tmpfs", 0, 0));
  TARGET(unlinkat(AT_FDCWD, "dir", AT_REMOVEDIR));
  SAY("dir=%d", access("dir", F_OK));
}
static void umount_busy(void) {
  MUST(mkdir("dir", 0700));
  MUST(mount("dir", "dir", "tmpfs", 0, 0));
  int fd = real ? open("dir/file", O_CREAT | O_RDWR, 0600) : 0;
  TARGET(umount2("dir", 0));
  SAY("again=%ld %d", result(umount2("dir", MNT_DETACH)), fd > 0 || !real);
}
static void mkdir_exists(void) {
  if (real) MUST(mkdir("dir", 0700));
  TARGET(mkdirat(AT_FDCWD, "dir", 0700));
  say_fd("next", dup(0));
}
static void chmod_foreign(void) {
  close(make("file", 3));
  if (!real) MUST(chown("file", 65534, 65534));
  become_nobody();
  TARGET(fchmodat(AT_FDCWD, "file", 0777, 0));
  SAY("access=%d", access("file", X_OK));
}
static void chdir_missing(void) {
  if (!real) MUST(mkdir("dir", 0700));
  TARGET(chdir("dir"));
  SAY("here=%d", access("out", F_OK));
}
static void lock_taken(void) {
  int fd = make("file", 3), other = open("file", O_RDWR);
  if (real) MUST(flock(other, LOCK_EX));
  TARGET(flock(fd, LOCK_EX | LOCK_NB));
  SAY("other=%ld", result(flock(other, LOCK_EX | LOCK_NB)));
}
static void record_lock_taken(void) {
  int fd = make("file", 3), other = open("file", O_RDWR);
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
  if (real) MUST(fcntl(other, F_OFD_SETLK, &lock));
  TARGET(fcntl(fd, F_OFD_SETLK, &lock));
  SAY("lock=[%d %d %ld %ld]", lock.l_type, lock.l_whence, (long)lock.l_start, (long)lock.l_len);
  SAY("other=%ld", result(fcntl(other, F_OFD_SETLK, &lock)));
}
static void exec_fails(const char *name) {
  char *args[] = {"x", 0}, *none[] = {0};
  int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  listen_for(SIGUSR1, 0);
  TARGET(execve(name, args, none));
  raise(SIGUSR1);
  say_fd("cloexec", fd);
  SAY("handler=%d", heard[SIGUSR1]);
}
static void exec_missing(void) { exec_fails(real ? "none" : "/bin/true"); }
static void exec_denied(void) {
  close(make("file", 3));
  exec_fails(real ? "./file" : "/bin/true");
}
static void exec_format(void) {
  close(make("file", 30));
  MUST(chmod("file", 0755));
  exec_fails(real ? "./file" : "/bin/true");
}

static const struct Case FILE_CASES[] = {
  {"write", "ENOSPC", "", full_write},
  {"write", "ENOSPC", "appending", full_append},
  {"write", "ENOSPC", "to a full device", dev_full},
  {"writev", "ENOSPC", "", full_writev},
  {"pwrite64", "ENOSPC", "", full_pwrite},
  {"pwritev", "ENOSPC", "", full_pwritev},
  {"fallocate", "ENOSPC", "", full_fallocate},
  {"sendfile", "ENOSPC", "", full_sendfile},
  {"copy_file_range", "ENOSPC", "", full_copy},
  {"splice", "ENOSPC", "", full_splice},
  {"symlinkat", "ENOSPC", "", full_symlink},
  {"openat", "ENOSPC", "", inodes_open},
  {"mkdirat", "ENOSPC", "", inodes_mkdir},
  {"mknodat", "ENOSPC", "", inodes_mknod},
  {"symlinkat", "ENOSPC", "without inodes", inodes_symlink},
  {"linkat", "ENOSPC", "", inodes_link},
  {"write", "EFBIG", "", large_write},
  {"writev", "EFBIG", "", large_writev},
  {"pwrite64", "EFBIG", "", large_pwrite},
  {"ftruncate", "EFBIG", "", large_ftruncate},
  {"truncate", "EFBIG", "", large_truncate},
  {"fallocate", "EFBIG", "", large_fallocate},
  {"sendfile", "EFBIG", "", large_sendfile},
  {"copy_file_range", "EFBIG", "", large_copy},
  {"write", "EFBIG", "without a handler", large_default},
  {"openat", "ENOENT", "", path_missing},
  {"openat", "EACCES", "", path_denied},
  {"openat", "EROFS", "", path_read_only},
  {"unlinkat", "EROFS", "", unlink_read_only},
  {"renameat", "EROFS", "", rename_read_only},
  {"openat", "ENOTDIR", "", path_through_file},
  {"openat", "ELOOP", "", path_loop},
  {"openat", "ENAMETOOLONG", "", path_long},
  {"openat", "EISDIR", "", path_directory},
  {"openat", "EEXIST", "", path_exists},
  {"openat", "ETXTBSY", "", path_busy_text},
  {"renameat", "EXDEV", "", rename_across},
  {"renameat", "ENOTEMPTY", "", rename_full},
  {"unlinkat", "ENOTEMPTY", "", rmdir_full},
  {"unlinkat", "EBUSY", "", rmdir_busy},
  {"umount2", "EBUSY", "", umount_busy},
  {"mkdirat", "EEXIST", "", mkdir_exists},
  {"fchmodat", "EPERM", "", chmod_foreign},
  {"chdir", "ENOENT", "", chdir_missing},
  {"flock", "EAGAIN", "", lock_taken},
  {"fcntl", "EAGAIN", "", record_lock_taken},
  {"execve", "ENOENT", "", exec_missing},
  {"execve", "EACCES", "", exec_denied},
  {"execve", "ENOEXEC", "", exec_format},
};
