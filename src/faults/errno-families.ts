/**
 * Which errors a real kernel gives, by families of calls that fail alike. Each error may name where it happens, as
 * `ERRNO@place|place`: the kind of a descriptor, or
 * - `nonblocking`: O_NONBLOCK, MSG_DONTWAIT, IPC_NOWAIT, GRND_NONBLOCK, LOCK_NB
 * - `timeout`: the caller set one (SO_RCVTIMEO, a timespec)
 * - `blocking`: the call may sleep; EINTR always needs that, and need not say it
 * - `creates`, `writes`: an open with O_CREAT, an open for writing
 *
 * A plus stands before an error that the call's own page leaves to others: socket(7), tcp(7), ip(7), unix(7), udp(7),
 * or, for EIO, to the file system. Anywhere else than at its places an error is impossible.
 */
export interface ErrnoFamily {
  readonly calls: string;
  /** What adversity brings: full disks, failing disks, lost peers, exhausted tables and memory, signals. */
  readonly likely: string;
  /** Real, but of the setting rather than the moment. All other errors of the page are rare, too, or a bug's. */
  readonly rare?: string;
  /** Errors of the page that belong to another call on it. */
  readonly never?: string;
}

const PATH_ERRORS = 'ENOENT EACCES +EIO';
const PATH_RARE = 'ELOOP ENAMETOOLONG ENOTDIR ENOMEM';
const NEW_DESCRIPTOR = 'EMFILE ENFILE ENOMEM';

export const ERRNO_FAMILIES: readonly ErrnoFamily[] = [
  {
    calls: 'read readv pread64 preadv preadv2',
    likely: 'EIO@file|tty EAGAIN@nonblocking|timeout EINTR +ECONNRESET@socket +ETIMEDOUT@socket',
    rare: '+EHOSTUNREACH@socket +ENETUNREACH@socket +ECONNREFUSED@socket +ENOMEM@file|socket',
    never: 'EISDIR ESPIPE ENXIO EOVERFLOW',
  },
  {
    calls: 'write writev pwrite64 pwritev pwritev2',
    likely:
      'EIO@file|tty ENOSPC@file EDQUOT@file EPIPE@pipe|socket EAGAIN@nonblocking|timeout EINTR +ECONNRESET@socket +ETIMEDOUT@socket',
    rare: 'EFBIG@file EPERM@file +ENOBUFS@socket +EHOSTUNREACH@socket +ENETUNREACH@socket +ECONNREFUSED@socket +ENOMEM@file|socket',
    never: 'EDESTADDRREQ ESPIPE ENXIO EOVERFLOW',
  },
  {
    calls: 'recvfrom recvmsg recvmmsg',
    likely: 'EAGAIN@nonblocking|timeout EINTR +ECONNRESET +ETIMEDOUT',
    rare: 'ECONNREFUSED ENOMEM +EHOSTUNREACH +ENETUNREACH +ENOBUFS',
    never: 'ENOTCONN',
  },
  {
    calls: 'sendto sendmsg sendmmsg',
    likely: 'EPIPE ECONNRESET EAGAIN@nonblocking|timeout EINTR +ETIMEDOUT ENOBUFS',
    rare: 'EACCES ENOMEM EMSGSIZE +ECONNREFUSED +EHOSTUNREACH +ENETUNREACH',
    never: 'ENOTCONN EISCONN EALREADY EDESTADDRREQ',
  },
  {
    calls: 'open openat openat2 creat',
    likely: 'ENOENT EACCES EMFILE ENFILE ENOSPC@creates EDQUOT@creates EROFS@creates|writes EINTR +EIO',
    rare: 'ENOMEM EEXIST@creates ETXTBSY@writes ELOOP ENAMETOOLONG ENOTDIR EPERM EBUSY ENXIO ENODEV EFBIG EOVERFLOW +ESTALE',
    never: 'EISDIR EAGAIN',
  },
  // EINTR is listed by close(2), but Linux's file systems that give it are few; it needs a call that may sleep.
  { calls: 'close', likely: 'EIO@file ENOSPC@file EDQUOT@file EINTR@file' },
  {
    calls: 'fsync fdatasync sync_file_range syncfs msync',
    likely: 'EIO ENOSPC EDQUOT',
    rare: 'EROFS EINTR EBUSY',
    never: 'ESPIPE',
  },
  {
    calls:
      'stat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat statfs chdir chroot name_to_handle_at',
    likely: PATH_ERRORS,
    rare: `${PATH_RARE} EROFS ETXTBSY EPERM`,
    never: 'EOVERFLOW',
  },
  {
    calls: 'fstat fstatfs fchdir',
    likely: 'EIO',
    rare: 'ENOMEM',
    never: 'EACCES ENOENT ELOOP ENAMETOOLONG ENOTDIR EOVERFLOW EINTR',
  },
  { calls: 'getdents getdents64', likely: '+EIO', rare: '+ENOMEM', never: 'ENOENT ENOTDIR' },
  { calls: 'getcwd', likely: 'ENOENT', rare: 'EACCES ENOMEM', never: 'ERANGE ENAMETOOLONG' },
  {
    calls: 'mkdir mkdirat mknod mknodat link linkat symlink symlinkat rename renameat renameat2',
    likely: `${PATH_ERRORS} EEXIST ENOSPC EDQUOT EROFS`,
    rare: `${PATH_RARE} EPERM EXDEV EBUSY EMLINK ENOTEMPTY EISDIR`,
  },
  {
    calls: 'unlink unlinkat rmdir',
    likely: `${PATH_ERRORS} EROFS`,
    rare: `${PATH_RARE} EPERM EBUSY ENOTEMPTY`,
    never: 'EISDIR',
  },
  {
    calls: 'truncate ftruncate fallocate',
    likely: 'EIO +ENOSPC EINTR +EDQUOT EROFS',
    rare: 'EFBIG EPERM ETXTBSY EOPNOTSUPP ENODEV',
    never: 'EISDIR ESPIPE',
  },
  {
    calls: 'chmod fchmodat chown fchownat lchown utime utimes utimensat futimesat',
    likely: `${PATH_ERRORS} EPERM EROFS`,
    rare: `${PATH_RARE} EOPNOTSUPP`,
    never: 'ESRCH',
  },
  { calls: 'fchmod fchown', likely: 'EIO EPERM EROFS', never: 'EACCES ENOENT ELOOP ENAMETOOLONG ENOTDIR' },
  {
    calls: 'setxattr lsetxattr fsetxattr',
    likely: 'ENOSPC EDQUOT EOPNOTSUPP EPERM +EIO',
    rare: 'EEXIST ENODATA',
    never: 'ERANGE',
  },
  {
    calls: 'getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr removexattr lremovexattr fremovexattr',
    likely: 'ENODATA EOPNOTSUPP +EIO',
    never: 'ERANGE',
  },
  {
    calls: 'sendfile copy_file_range splice tee vmsplice',
    likely: 'EIO +ENOSPC +EDQUOT EAGAIN@nonblocking|timeout +EINTR +EPIPE@pipe|socket +ECONNRESET@socket ENOMEM',
    rare: 'EXDEV EFBIG EPERM ETXTBSY EOPNOTSUPP',
    never: 'ESPIPE EISDIR EOVERFLOW',
  },
  {
    calls: 'mmap mremap brk mprotect pkey_mprotect mlock mlock2 mlockall shmat',
    likely: 'ENOMEM',
    rare: 'EAGAIN ENFILE EPERM EACCES',
    never: 'EBADF EEXIST EOVERFLOW ETXTBSY ENODEV',
  },
  { calls: 'munmap', likely: '', rare: 'ENOMEM', never: 'EACCES EAGAIN EEXIST ENFILE ENODEV EOVERFLOW EPERM ETXTBSY' },
  { calls: 'munlock munlockall', likely: '', rare: 'ENOMEM EPERM' },
  { calls: 'madvise process_madvise', likely: '', rare: 'ENOMEM EAGAIN EIO EPERM' },
  {
    calls: 'fork vfork clone clone3',
    likely: 'EAGAIN ENOMEM',
    rare: 'EPERM ENOSPC ENOSYS EUSERS',
    never: 'EEXIST EBUSY EACCES EOPNOTSUPP',
  },
  {
    calls: 'execve execveat',
    likely: 'ENOENT EACCES ENOMEM EIO E2BIG EMFILE ENFILE EAGAIN ETXTBSY',
    rare: 'ENOEXEC ELIBBAD EPERM ELOOP ENAMETOOLONG ENOTDIR',
    never: 'EISDIR',
  },
  { calls: 'wait4 waitid', likely: 'EINTR', rare: 'ECHILD', never: 'ESRCH EAGAIN' },
  { calls: 'poll ppoll select pselect6', likely: 'EINTR', rare: 'ENOMEM' },
  { calls: 'epoll_wait epoll_pwait epoll_pwait2', likely: 'EINTR' },
  { calls: 'epoll_ctl', likely: 'ENOMEM ENOSPC', rare: 'EPERM', never: 'EEXIST ENOENT ELOOP' },
  {
    calls:
      'epoll_create epoll_create1 eventfd eventfd2 timerfd_create signalfd signalfd4 inotify_init inotify_init1 memfd_create fanotify_init userfaultfd perf_event_open pidfd_open pipe pipe2',
    likely: `${NEW_DESCRIPTOR}`,
    rare: 'EPERM ENODEV ENOSPC EACCES EBUSY',
  },
  {
    calls: 'socket socketpair',
    likely: `${NEW_DESCRIPTOR} ENOBUFS EACCES`,
    rare: 'EAFNOSUPPORT EPROTONOSUPPORT',
    never: 'EOPNOTSUPP',
  },
  { calls: 'dup', likely: 'EMFILE', rare: '+ENOMEM', never: 'EINTR EBUSY' },
  // EBUSY: another task is opening a file under that very number. Of a full table fs/file.c makes EBADF.
  { calls: 'dup2 dup3', likely: 'EBUSY +ENOMEM', rare: 'EMFILE', never: 'EINTR' },
  {
    calls: 'accept accept4',
    likely: `${NEW_DESCRIPTOR} ENOBUFS ECONNABORTED EAGAIN@nonblocking|timeout EINTR`,
    rare: 'EPROTO EPERM +ENETDOWN +EHOSTUNREACH +ENETUNREACH',
  },
  // A connect without blocking reports the peer's answer through SO_ERROR; EINPROGRESS means a connection under way.
  {
    calls: 'connect',
    likely: 'ECONNREFUSED@blocking ETIMEDOUT@blocking +EHOSTUNREACH@blocking ENETUNREACH EADDRNOTAVAIL EINTR EACCES',
    rare: 'EAGAIN EPERM EADDRINUSE',
    never: 'EINPROGRESS EALREADY EISCONN EPROTOTYPE EAFNOSUPPORT',
  },
  {
    calls: 'bind listen',
    likely: 'EADDRINUSE EACCES EADDRNOTAVAIL',
    rare: 'ENOMEM EROFS ENOENT ENOTDIR ELOOP ENAMETOOLONG',
    never: 'EOPNOTSUPP',
  },
  { calls: 'getpeername shutdown', likely: 'ENOTCONN', rare: 'ENOBUFS' },
  { calls: 'getsockname', likely: '', rare: 'ENOBUFS' },
  { calls: 'setsockopt getsockopt', likely: '', rare: '+ENOMEM +ENOBUFS +EPERM', never: 'ENOPROTOOPT' },
  {
    calls: 'futex',
    likely: 'EAGAIN@blocking EINTR ETIMEDOUT@timeout',
    rare: 'ENOMEM EPERM',
    never: 'EACCES ENFILE ESRCH EDEADLK ENOSYS',
  },
  { calls: 'nanosleep clock_nanosleep pause rt_sigsuspend', likely: 'EINTR', never: 'EOPNOTSUPP' },
  { calls: 'rt_sigtimedwait', likely: 'EAGAIN@timeout EINTR' },
  { calls: 'getrandom', likely: 'EAGAIN@nonblocking EINTR', rare: 'ENOSYS' },
  { calls: 'flock', likely: 'EAGAIN@nonblocking EINTR ENOLCK' },
  { calls: 'fcntl', likely: '', rare: 'EMFILE EAGAIN EACCES EINTR ENOLCK EDEADLK EPERM EBUSY' },
  { calls: 'ioctl', likely: '', rare: '+EIO@tty|file +EINTR +ENOMEM', never: 'ENOTTY' },
  { calls: 'lseek', likely: '', never: 'ESPIPE ENXIO EOVERFLOW' },
  {
    calls: 'semop semtimedop msgsnd msgrcv mq_timedsend mq_timedreceive',
    likely: 'EAGAIN@nonblocking|timeout ETIMEDOUT@timeout EINTR EIDRM ENOMEM',
    never: 'EFBIG E2BIG ENOMSG EMSGSIZE',
  },
  { calls: 'semget msgget shmget mq_open', likely: 'ENOMEM ENOSPC EMFILE ENFILE EACCES', rare: 'EEXIST ENOENT EPERM' },
  { calls: 'inotify_add_watch fanotify_mark', likely: 'ENOSPC ENOMEM EACCES ENOENT', never: 'EEXIST' },
  { calls: 'io_setup timer_create', likely: 'EAGAIN ENOMEM', never: 'ENOSYS' },
  { calls: 'setuid setgid setreuid setregid setresuid setresgid', likely: 'EAGAIN EPERM' },
  {
    calls:
      'setgroups setrlimit prlimit64 setpriority sched_setscheduler sched_setaffinity sched_setparam mount umount2 swapon swapoff sethostname settimeofday clock_settime unshare setns pivot_root',
    likely: 'EPERM ENOMEM EBUSY',
    rare: 'EACCES',
    never: 'ESRCH',
  },
];
