import { syscallNumber, syscallTable } from './syscall-table.ts';

/** Calls of i386 that are calls of x86-64 under another name: with 32-bit ids, 64-bit times, or in an older form. */
const SAME_AS: Readonly<Record<string, string>> = {
  _llseek: 'lseek',
  _newselect: 'select',
  fadvise64_64: 'fadvise64',
  fstat64: 'fstat',
  fstatat64: 'newfstatat',
  fstatfs64: 'fstatfs',
  lstat64: 'lstat',
  mmap2: 'mmap',
  oldfstat: 'fstat',
  oldlstat: 'lstat',
  oldolduname: 'uname',
  oldstat: 'stat',
  olduname: 'uname',
  sigaction: 'rt_sigaction',
  sigpending: 'rt_sigpending',
  sigprocmask: 'rt_sigprocmask',
  sigreturn: 'rt_sigreturn',
  sigsuspend: 'rt_sigsuspend',
  stat64: 'stat',
  statfs64: 'statfs',
  ugetrlimit: 'getrlimit',
  umount: 'umount2',
  waitpid: 'wait4',
};

/** The name by which x86-64 has a call of i386; undefined if it has none, as of socketcall(2). */
export function nativeName(name: string): string | undefined {
  return [name, SAME_AS[name], name.replace(/(_time64|64|32)$/, '')].find(
    (candidate) => candidate !== undefined && syscallNumber(candidate) !== undefined,
  );
}

/** The x86-64 number of a call by its i386 number. */
export function nativeNumber(nr: number): number | undefined {
  const name = nativeName(syscallTable('i386').name(nr));
  return name === undefined ? undefined : syscallNumber(name);
}
