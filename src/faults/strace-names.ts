/** Errnos by strace's names for them, the kernel-internal ones (512 and above) included: errno(3), include/linux/errno.h. */
const ERRNO_TABLE = `
  EPERM:1 ENOENT:2 ESRCH:3 EINTR:4 EIO:5 ENXIO:6 E2BIG:7 ENOEXEC:8 EBADF:9 ECHILD:10 EAGAIN:11 ENOMEM:12
  EACCES:13 EFAULT:14 ENOTBLK:15 EBUSY:16 EEXIST:17 EXDEV:18 ENODEV:19 ENOTDIR:20 EISDIR:21 EINVAL:22 ENFILE:23
  EMFILE:24 ENOTTY:25 ETXTBSY:26 EFBIG:27 ENOSPC:28 ESPIPE:29 EROFS:30 EMLINK:31 EPIPE:32 EDOM:33 ERANGE:34
  EDEADLK:35 ENAMETOOLONG:36 ENOLCK:37 ENOSYS:38 ENOTEMPTY:39 ELOOP:40 ENOMSG:42 EIDRM:43 ECHRNG:44 EL2NSYNC:45
  EL3HLT:46 EL3RST:47 ELNRNG:48 EUNATCH:49 ENOCSI:50 EL2HLT:51 EBADE:52 EBADR:53 EXFULL:54 ENOANO:55 EBADRQC:56
  EBADSLT:57 EBFONT:59 ENOSTR:60 ENODATA:61 ETIME:62 ENOSR:63 ENONET:64 ENOPKG:65 EREMOTE:66 ENOLINK:67 EADV:68
  ESRMNT:69 ECOMM:70 EPROTO:71 EMULTIHOP:72 EDOTDOT:73 EBADMSG:74 EOVERFLOW:75 ENOTUNIQ:76 EBADFD:77 EREMCHG:78
  ELIBACC:79 ELIBBAD:80 ELIBSCN:81 ELIBMAX:82 ELIBEXEC:83 EILSEQ:84 ERESTART:85 ESTRPIPE:86 EUSERS:87
  ENOTSOCK:88 EDESTADDRREQ:89 EMSGSIZE:90 EPROTOTYPE:91 ENOPROTOOPT:92 EPROTONOSUPPORT:93 ESOCKTNOSUPPORT:94
  EOPNOTSUPP:95 EPFNOSUPPORT:96 EAFNOSUPPORT:97 EADDRINUSE:98 EADDRNOTAVAIL:99 ENETDOWN:100 ENETUNREACH:101
  ENETRESET:102 ECONNABORTED:103 ECONNRESET:104 ENOBUFS:105 EISCONN:106 ENOTCONN:107 ESHUTDOWN:108
  ETOOMANYREFS:109 ETIMEDOUT:110 ECONNREFUSED:111 EHOSTDOWN:112 EHOSTUNREACH:113 EALREADY:114 EINPROGRESS:115
  ESTALE:116 EUCLEAN:117 ENOTNAM:118 ENAVAIL:119 EISNAM:120 EREMOTEIO:121 EDQUOT:122 ENOMEDIUM:123
  EMEDIUMTYPE:124 ECANCELED:125 ENOKEY:126 EKEYEXPIRED:127 EKEYREVOKED:128 EKEYREJECTED:129 EOWNERDEAD:130
  ENOTRECOVERABLE:131 ERFKILL:132 EHWPOISON:133 ERESTARTSYS:512 ERESTARTNOINTR:513 ERESTARTNOHAND:514
  ENOIOCTLCMD:515 ERESTART_RESTARTBLOCK:516 EPROBE_DEFER:517 EOPENSTALE:518 EBADHANDLE:521 ENOTSYNC:522
  EBADCOOKIE:523 ENOTSUPP:524 ETOOSMALL:525 ESERVERFAULT:526 EBADTYPE:527 EJUKEBOX:528 EIOCBQUEUED:529
  ERECALLCONFLICT:530
`;

const ERRNO_BY_NAME: ReadonlyMap<string, number> = new Map(
  ERRNO_TABLE.trim()
    .split(/\s+/)
    .map((entry) => entry.split(':'))
    .map(([name, number]) => [name!, Number(number)]),
);

const NAME_BY_ERRNO: ReadonlyMap<number, string> = new Map([...ERRNO_BY_NAME].map(([name, number]) => [number, name]));

/** The standard signals from 1 on, as signal(7) orders them for x86. */
const SIGNALS = (
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG ' +
  'XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'
).split(' ');

/** The kernel's own SIGRTMIN (glibc keeps the first two for itself), and the highest signal. */
const FIRST_REAL_TIME = 32;
const LAST_SIGNAL = 64;

/** The number of an errno name, in any case; undefined if there is none. Aliases (EWOULDBLOCK) are not names to strace. */
export function errnoByName(name: string): number | undefined {
  return ERRNO_BY_NAME.get(name.toUpperCase());
}

/** The name of an errno, or undefined if the number has none. */
export function errnoName(errno: number): string | undefined {
  return NAME_BY_ERRNO.get(errno);
}

/** The name of a signal from 1 to 64 as strace prints it: `SIGINT`, `SIGRTMIN` for 32, `SIGRT_1` for 33. */
export function signalName(signal: number): string | undefined {
  if (signal < 1 || signal > LAST_SIGNAL) return undefined;
  if (signal < FIRST_REAL_TIME) return `SIG${SIGNALS[signal - 1]}`;
  return signal === FIRST_REAL_TIME ? 'SIGRTMIN' : `SIGRT_${signal - FIRST_REAL_TIME}`;
}

/** The number of a signal name, in any case, with or without `SIG`; undefined if there is none. */
export function signalByName(name: string): number | undefined {
  return SIGNAL_BY_NAME.get(name.toUpperCase().replace(/^SIG/, ''));
}

const SIGNAL_BY_NAME: ReadonlyMap<string, number> = new Map(
  Array.from({ length: LAST_SIGNAL }, (_, i) => [signalName(i + 1)!.slice('SIG'.length), i + 1]),
);

/** The system calls without arguments or effects that may stand in for another (strace's `syscall=`, its class %pure). */
export const PURE_SYSCALLS: readonly string[] = [
  'getegid',
  'geteuid',
  'getgid',
  'getpgrp',
  'getpid',
  'getppid',
  'gettid',
  'getuid',
];
