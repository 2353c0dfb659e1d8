import { syscallNumber } from '../syscalls/syscall-table.ts';

/** Calls that do the same for a program, so that a rule on one of them may miss what is done by another. */
const FAMILIES: readonly (readonly string[])[] = [
  'read readv pread64 preadv preadv2 sendfile copy_file_range splice',
  'write writev pwrite64 pwritev pwritev2 sendfile copy_file_range splice',
  'sendto sendmsg sendmmsg',
  'recvfrom recvmsg recvmmsg',
  'open openat openat2 creat',
  'stat lstat newfstatat statx',
  'access faccessat faccessat2',
  'rename renameat renameat2',
  'unlink unlinkat rmdir',
  'mkdir mkdirat',
  'link linkat',
  'symlink symlinkat',
  'readlink readlinkat',
  'chmod fchmodat fchmodat2',
  'truncate ftruncate',
  'fsync fdatasync sync_file_range syncfs sync msync',
  'getdents getdents64',
  'poll ppoll',
  'select pselect6',
  'epoll_wait epoll_pwait epoll_pwait2',
  'accept accept4',
  'dup dup2 dup3',
  'pipe pipe2',
  'fork vfork clone clone3',
  'execve execveat',
  'kill tkill tgkill',
  'nanosleep clock_nanosleep',
  'wait4 waitid',
].map((family) => family.split(' '));

/** What can be done through io_uring(7), where no such call is made at all. */
const BY_RING =
  'read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 sendto sendmsg recvfrom recvmsg open openat openat2 close fsync fdatasync sync_file_range statx accept accept4 connect renameat renameat2 unlinkat mkdirat splice tee epoll_ctl epoll_wait socket shutdown'.split(
    ' ',
  );

/** What can be done to a file by its mapping in memory. */
const BY_MAPPING = 'read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2'.split(' ');

/** A program makes a ring once, so it costs nothing to see that. */
export const RING_SETUP: number = syscallNumber('io_uring_setup')!;
export const MMAP: number = syscallNumber('mmap')!;

/** The numbers of calls that come near these, without these. `mappings`: whether files in memory count. */
export function relatedTo(names: readonly string[], mappings: boolean): number[] {
  const related = FAMILIES.filter((family) => family.some((name) => names.includes(name))).flat();
  const numbers = related.filter((name) => !names.includes(name)).map((name) => syscallNumber(name)!);
  if (names.some((name) => BY_RING.includes(name))) numbers.push(RING_SETUP);
  if (mappings && names.some((name) => BY_MAPPING.includes(name))) numbers.push(MMAP);
  return [...new Set(numbers)];
}
