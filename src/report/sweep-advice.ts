import type { SweepFinding } from '../model/sweep.ts';

/** What to do about such code, in one line. */
export function adviceFor({
  class: kind,
  syscall,
  way,
  error,
}: Pick<SweepFinding, 'class' | 'syscall' | 'way' | 'error'>): string {
  if (kind === 'spinning') return 'repeat a call only after EINTR; after EAGAIN, poll first; else give up';
  if (kind === 'silent') return 'say what failed, and why: perror, strerror, %m';
  if (kind === 'hung')
    return (
      HUNG.find(({ calls }) => calls.test(syscall))?.advice ??
      'tell whoever waits that it failed, or wait with a time-out'
    );
  if (way === 'kill') return 'write a new file, fsync it, then rename it over the old one';
  if (way === 'short') return `loop until all bytes are moved: ${syscall} may move fewer than asked`;
  if (error === 'EINTR') return `repeat ${syscall} after EINTR, or set SA_RESTART`;
  if (kind === 'crashed')
    return (
      CRASHED.find(({ calls }) => calls.test(syscall))?.advice ??
      `look at what ${syscall} returned before its result is used`
    );
  if (kind === 'damaged') return 'write a new file, and rename it over the old one when all has gone well';
  return (
    CORRUPTED.find(({ calls }) => calls.test(syscall))?.advice ?? `look at the result of ${syscall} before going on`
  );
}

interface Advice {
  /** Of the names of system calls. */
  readonly calls: RegExp;
  readonly advice: string;
}

const HUNG: readonly Advice[] = [
  { calls: /^(clone3?|v?fork)$/, advice: 'check pthread_create and fork: nobody will do what is waited for' },
  { calls: /^(close|dup[23]?)$/, advice: 'an end of the pipe is still open somewhere: its reader waits for it' },
];

const CRASHED: readonly Advice[] = [
  { calls: /^(brk|mmap|mremap)$/, advice: 'check what malloc returns: NULL is used here' },
  { calls: /^(open|openat2?|creat)$/, advice: 'check what open and fopen return before the file is used' },
  { calls: /^(clone3?|v?fork)$/, advice: 'check what pthread_create and fork return' },
  { calls: /write|close/, advice: 'after a failed fclose the stream is gone: never close it again' },
];

const CORRUPTED: readonly Advice[] = [
  { calls: /^getdents/, advice: 'set errno to 0 before readdir, look at it after NULL: an error is no end' },
  { calls: /read|^recv/, advice: 'an error of read is no end of file: tell -1 from 0, ask ferror after getc' },
  {
    calls: /write|^send|^copy_file_range|^splice/,
    advice: 'check write, and fflush and fclose: many errors come only there',
  },
  {
    calls: /^(close|fsync|fdatasync|syncfs|msync)$/,
    advice: 'check close and fsync: full disks, quotas and NFS may tell only there',
  },
  {
    calls: /^(open|openat2?|creat|access|faccessat2?)$/,
    advice: 'only ENOENT says that a file is not there: report every other error',
  },
  { calls: /stat|^readlink/, advice: 'only ENOENT says that a file is not there: report every other error' },
  {
    calls: /^(rename|link|symlink|unlink|mkdir|rmdir)/,
    advice: 'check the result, and exit with another status if it failed',
  },
  { calls: /^(wait4|waitid)$/, advice: 'look at how each child ended' },
  {
    calls: /chmod|chown|utime|xattr/,
    advice: "check the result: attributes that can't be set are lost without a word",
  },
];
