import { type Call, type InputType, type Signature, word } from '../argument-type.ts';
import {
  ACCESS_MODES,
  AT_FLAGS,
  CLOSE_RANGE_FLAGS,
  EVENTFD_FLAGS,
  FACCESSAT_FLAGS,
  FADVISE,
  FALLOCATE_MODES,
  FLOCK_COMMANDS,
  MEMFD_FLAGS,
  O_CREAT,
  O_TMPFILE,
  OPEN_FLAGS,
  RENAME_FLAGS,
  RWF_FLAGS,
  SEEK_WHENCE,
  SPLICE_FLAGS,
  STATX_MASK,
  SYNC_FILE_RANGE_FLAGS,
  XATTR_FLAGS,
} from '../constants/files.ts';
import { onSize } from '../dependence.ts';
import { decimalI64At } from '../memory-words.ts';
import { changingOffset, entriesOut, offsetBox, openHow, pipeEnds } from '../types/files.ts';
import { openFlags, statxFlags } from '../types/flags.ts';
import { iovecIn, iovecOut } from '../types/messages.ts';
import {
  address,
  device,
  directoryFd,
  fd,
  hex32,
  id,
  long,
  mode,
  namedValue,
  octalResult,
  size,
  uint,
} from '../types/numbers.ts';
import { structIn } from '../types/pointers.ts';
import { modeText, statfsOut, statOut, statxOut } from '../types/stat.ts';
import { attributeIn, dataIn, dataOut, path, pathOut, string, wholeText } from '../types/strings.ts';
import { dateComment, fileTimesIn, timevalPairIn } from '../types/time.ts';

const S_IFCHR = 0o020000;
const S_IFBLK = 0o060000;

/** A mode is printed only where the flags let open(2) create something. */
function creates(flags: number): boolean {
  return (flags & O_CREAT) !== 0 || (flags & O_TMPFILE) === O_TMPFILE;
}

const symbolicMode = {
  when: 'entry',
  print: (call: Call, arg: number) => modeText(call.args.u32(arg) & 0xffff),
} as const;

function makesDevice(value: number): boolean {
  const type = value & 0o170000;
  return type === S_IFCHR || type === S_IFBLK;
}

const stat: Signature = { args: [path, statOut] };
const fileAndMode: Signature = { args: [path, mode] };
const onlyPath: Signature = { args: [path] };
const onlyFd: Signature = { args: [fd] };
const twoPaths: Signature = { args: [path, path] };
const chown: Signature = { args: [path, id, id] };
const setxattr = (file: InputType): Signature => ({
  args: [file, string, attributeIn({ arg: 3 }), size, namedValue(XATTR_FLAGS)],
});
const getxattr = (file: InputType): Signature => ({
  args: (args) => [file, string, args.unsigned(3) === 0 ? address : dataOut({ result: true }), size],
  dependsOn: onSize(3, 1),
});
const listxattr = (file: InputType): Signature => ({
  args: (args) => [file, args.unsigned(2) === 0 ? address : dataOut({ result: true }), size],
  dependsOn: onSize(2, 1),
});
const fdFlags = namedValue(OPEN_FLAGS);
const transfer = namedValue(SPLICE_FLAGS);

/** struct open_how of its first version. */
const OPEN_HOW_SIZE = 24;

/** struct utimbuf: two times in seconds, with the dates that they are. */
function utimbufText(bytes: Uint8Array): string {
  return `{actime=${decimalI64At(bytes, 0)}${dateComment(bytes, 0, 0, 9)}, modtime=${decimalI64At(bytes, 8)}${dateComment(bytes, 8, 0, 9)}}`;
}

/** Files, directories, descriptors and file systems. */
export const FILES: Readonly<Record<string, Signature>> = {
  read: { args: [fd, dataOut({ result: true }), size] },
  write: { args: [fd, dataIn({ arg: 2 }), size] },
  pread64: { args: [fd, dataOut({ result: true }), size, long] },
  pwrite64: { args: [fd, dataIn({ arg: 2 }), size, long] },
  readv: { args: [fd, iovecOut({ arg: 2 }), size] },
  writev: { args: [fd, iovecIn({ arg: 2 }), size] },
  preadv: { args: [fd, iovecOut({ arg: 2 }), size, long] },
  pwritev: { args: [fd, iovecIn({ arg: 2 }), size, long] },
  preadv2: { args: [fd, iovecOut({ arg: 2 }), size, long, word(5, namedValue(RWF_FLAGS))] },
  pwritev2: { args: [fd, iovecIn({ arg: 2 }), size, long, word(5, namedValue(RWF_FLAGS))] },
  open: { args: (args) => (creates(args.u32(1)) ? [path, openFlags, mode] : [path, openFlags]) },
  openat: {
    args: (args) => (creates(args.u32(2)) ? [directoryFd, path, openFlags, mode] : [directoryFd, path, openFlags]),
  },
  openat2: {
    args: (args) => [directoryFd, path, args.unsigned(3) < OPEN_HOW_SIZE ? address : openHow(3), size],
    dependsOn: onSize(3, 24),
  },
  creat: fileAndMode,
  close: onlyFd,
  close_range: { args: [fd, uint, namedValue(CLOSE_RANGE_FLAGS)] },
  stat,
  lstat: stat,
  fstat: { args: [fd, statOut] },
  newfstatat: { args: [directoryFd, path, statOut, namedValue(AT_FLAGS)] },
  statx: { args: [directoryFd, path, statxFlags, namedValue(STATX_MASK), statxOut] },
  statfs: { args: [path, statfsOut] },
  fstatfs: { args: [fd, statfsOut] },
  lseek: { args: [fd, long, namedValue(SEEK_WHENCE)] },
  access: { args: [path, namedValue(ACCESS_MODES)] },
  faccessat: { args: [directoryFd, path, namedValue(ACCESS_MODES)] },
  faccessat2: { args: [directoryFd, path, namedValue(ACCESS_MODES), namedValue(FACCESSAT_FLAGS)] },
  pipe: { args: [pipeEnds] },
  pipe2: { args: [pipeEnds, fdFlags] },
  dup: onlyFd,
  dup2: { args: [fd, fd] },
  dup3: { args: [fd, fd, fdFlags] },
  sendfile: { args: [fd, fd, ...changingOffset, word(3, size)] },
  copy_file_range: { args: [fd, offsetBox, fd, offsetBox, size, hex32] },
  splice: { args: [fd, offsetBox, fd, offsetBox, size, transfer] },
  tee: { args: [fd, fd, size, transfer] },
  vmsplice: { args: [fd, iovecIn({ arg: 2 }), size, transfer] },
  flock: { args: [fd, namedValue(FLOCK_COMMANDS)] },
  fsync: onlyFd,
  fdatasync: onlyFd,
  syncfs: onlyFd,
  sync: { args: [] },
  sync_file_range: { args: [fd, long, long, namedValue(SYNC_FILE_RANGE_FLAGS)] },
  truncate: { args: [path, long] },
  ftruncate: { args: [fd, long] },
  fallocate: { args: [fd, namedValue(FALLOCATE_MODES), long, long] },
  fadvise64: { args: [fd, long, long, namedValue(FADVISE)] },
  readahead: { args: [fd, long, size] },
  getdents: { args: [fd, entriesOut('getdents'), uint] },
  getdents64: { args: [fd, entriesOut('getdents64'), uint] },
  getcwd: { args: [pathOut, size] },
  chdir: onlyPath,
  fchdir: onlyFd,
  chroot: onlyPath,
  rename: twoPaths,
  renameat: { args: [directoryFd, path, directoryFd, path] },
  renameat2: { args: [directoryFd, path, directoryFd, path, namedValue(RENAME_FLAGS)] },
  mkdir: fileAndMode,
  mkdirat: { args: [directoryFd, path, mode] },
  rmdir: onlyPath,
  link: twoPaths,
  linkat: { args: [directoryFd, path, directoryFd, path, namedValue(AT_FLAGS)] },
  unlink: onlyPath,
  unlinkat: { args: [directoryFd, path, namedValue(AT_FLAGS)] },
  symlink: { args: [wholeText, path] },
  symlinkat: { args: [wholeText, directoryFd, path] },
  readlink: { args: [path, dataOut({ result: true }), size] },
  readlinkat: { args: [directoryFd, path, dataOut({ result: true }), size] },
  chmod: fileAndMode,
  fchmod: { args: [fd, mode] },
  fchmodat: { args: [directoryFd, path, mode] },
  fchmodat2: { args: [directoryFd, path, mode, namedValue(AT_FLAGS)] },
  chown,
  lchown: chown,
  fchown: { args: [fd, id, id] },
  fchownat: { args: [directoryFd, path, id, id, namedValue(AT_FLAGS)] },
  umask: { args: [mode], result: octalResult },
  mknod: { args: (args) => (makesDevice(args.u32(1)) ? [path, symbolicMode, device] : [path, symbolicMode]) },
  mknodat: {
    args: (args) =>
      makesDevice(args.u32(2)) ? [directoryFd, path, symbolicMode, device] : [directoryFd, path, symbolicMode],
  },
  utime: { args: [path, structIn(16, utimbufText)] },
  utimes: { args: [path, timevalPairIn] },
  futimesat: { args: [directoryFd, path, timevalPairIn] },
  utimensat: { args: [directoryFd, path, fileTimesIn, namedValue(AT_FLAGS)] },
  setxattr: setxattr(path),
  lsetxattr: setxattr(path),
  fsetxattr: setxattr(fd),
  getxattr: getxattr(path),
  lgetxattr: getxattr(path),
  fgetxattr: getxattr(fd),
  listxattr: listxattr(path),
  llistxattr: listxattr(path),
  flistxattr: listxattr(fd),
  removexattr: { args: [path, string] },
  lremovexattr: { args: [path, string] },
  fremovexattr: { args: [fd, string] },
  acct: onlyPath,
  eventfd: { args: [uint] },
  eventfd2: { args: [uint, namedValue(EVENTFD_FLAGS)] },
  memfd_create: { args: [string, namedValue(MEMFD_FLAGS)] },
};
