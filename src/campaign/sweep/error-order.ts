/** Errors by how plain they are: what a failing or full disk, a full table or memory brings, first. */
const PLAIN = words(
  'EIO ENOSPC EMFILE ENOMEM EBUSY EAGAIN ECONNRESET ECONNREFUSED EPIPE ENOENT EACCES EROFS EDQUOT ENFILE EINTR ETIMEDOUT EEXIST EPERM',
);

/** What is known best of some calls, before all of that. */
const PLAINEST: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ENOSPC: 'write writev pwrite64 pwritev pwritev2 sendfile copy_file_range splice fallocate',
    EMFILE:
      'open openat openat2 creat socket socketpair accept accept4 pipe pipe2 dup eventfd2 epoll_create1 timerfd_create signalfd4 inotify_init1',
    EBUSY: 'dup2 dup3',
    EAGAIN: 'fork vfork clone',
  }).flatMap(([errno, calls]) => words(calls).map((call) => [call, errno] as const)),
);

/** Errors that say the same of another limit: a program that tells them apart is rare. */
const TWINS: Readonly<Record<string, string>> = { EDQUOT: 'ENOSPC', ENFILE: 'EMFILE' };

/** Errors that stay once they have come, for all that could meet them, until somebody does something about it. */
const LASTING = words('ENOSPC EDQUOT EMFILE ENFILE ENOMEM EROFS');

/** Calls that a failing device fails; what is known of a file without asking it is in memory. */
const ON_DEVICE = words('read readv pread64 preadv write writev pwrite64 pwritev fsync fdatasync getdents64');

/** How plain an error is for a call: the less the plainer. */
export function plainness(syscall: string, errno: string): number {
  if (PLAINEST.get(syscall) === errno) return -1;
  const index = PLAIN.indexOf(errno);
  return index < 0 ? PLAIN.length : index;
}

/** The plainest first. */
export function byPlainness(syscall: string, errors: readonly string[]): string[] {
  return [...errors].sort((a, b) => plainness(syscall, a) - plainness(syscall, b) || (a < b ? -1 : 1));
}

/** Those that say something of their own, in their order: not a full quota beside a full disk. */
export function withoutTwins(errors: readonly string[]): string[] {
  return errors.filter((errno) => !errors.includes(TWINS[errno] ?? ''));
}

/** Those that may last, one of a kind. */
export function lasting(syscall: string, errors: readonly string[]): string[] {
  return withoutTwins(errors).filter(
    (errno) => LASTING.includes(errno) || (errno === 'EIO' && ON_DEVICE.includes(syscall)),
  );
}

function words(text: string): string[] {
  return text.split(' ');
}
