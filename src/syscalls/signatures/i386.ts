import type { Capture } from '../../model/capture.ts';
import { type ArgumentType, alike, type Signature, word } from '../argument-type.ts';
import { SEEK_WHENCE } from '../constants/files.ts';
import { PROTECTION } from '../constants/memory.ts';
import { WAIT_OPTIONS } from '../constants/processes.ts';
import { nativeName } from '../i386.ts';
import { decimalI64, decimalI64At, hex64 } from '../memory-words.ts';
import { choice } from '../named-values.ts';
import { syscallNumber } from '../syscall-table.ts';
import { mapFlags } from '../types/flags.ts';
import { address, fd, hexResult, namedValue, pid, size } from '../types/numbers.ts';
import { boxed, structOut } from '../types/pointers.ts';
import { waitStatusOut } from '../types/processes.ts';
import { path } from '../types/strings.ts';
import { cloneArguments } from './processes.ts';

/** Calls whose arguments are others than on x86-64: those of their kinds are printed. */
const DIFFERENT = new Set(
  `fadvise64 fadvise64_64 fallocate fanotify_mark ftruncate64 lookup_dcookie mmap oldolduname olduname pread64 preadv preadv2
  pwrite64 pwritev pwritev2 readahead select sigaction sigpending sigprocmask sigreturn sigsuspend statfs64 fstatfs64
  sync_file_range truncate64 rt_sigreturn`.split(/\s+/),
);

const SOCKET_CALLS = choice('SYS_???', {
  SYS_SOCKET: 1,
  SYS_BIND: 2,
  SYS_CONNECT: 3,
  SYS_LISTEN: 4,
  SYS_ACCEPT: 5,
  SYS_GETSOCKNAME: 6,
  SYS_GETPEERNAME: 7,
  SYS_SOCKETPAIR: 8,
  SYS_SEND: 9,
  SYS_RECV: 10,
  SYS_SENDTO: 11,
  SYS_RECVFROM: 12,
  SYS_SHUTDOWN: 13,
  SYS_SETSOCKOPT: 14,
  SYS_GETSOCKOPT: 15,
  SYS_SENDMSG: 16,
  SYS_RECVMSG: 17,
  SYS_ACCEPT4: 18,
  SYS_RECVMMSG: 19,
  SYS_SENDMMSG: 20,
});

/** An offset in pages, as mmap2(2) takes it, in bytes. */
const pageOffset: ArgumentType = {
  when: 'entry',
  print: (call, arg) => hex64((call.args.u32(arg) << 12) >>> 0, call.args.u32(arg) >>> 20),
};

/** An offset whose high half is the argument before it. */
const splitOffset: ArgumentType = {
  when: 'entry',
  print: (call, arg) => decimalI64(call.args.u32(arg), call.args.u32(arg - 1)),
};
const offsetOut = alike(
  structOut(
    8,
    boxed((bytes) => decimalI64At(bytes, 0)),
  ),
);

const OWN: Readonly<Record<string, Signature>> = {
  _llseek: { args: [fd, word(2, splitOffset), word(3, offsetOut), word(4, namedValue(SEEK_WHENCE))] },
  clone: { args: (args) => cloneArguments(args, { tls: 3, childTid: 4 }) },
  mmap2: { args: [address, size, namedValue(PROTECTION), mapFlags, fd, pageOffset], result: hexResult },
  socketcall: { args: [namedValue(SOCKET_CALLS), address] },
  umount: { args: [path] },
  waitpid: { args: [pid, waitStatusOut, namedValue(WAIT_OPTIONS)] },
};

/** The signature of a call of i386, if it has one: its own, or that of its namesake on x86-64. */
export function signature32(name: string, native: ReadonlyMap<number, Signature>): Signature | undefined {
  const own = OWN[name];
  if (own !== undefined) return in32Bits(own);
  const namesake = DIFFERENT.has(name) ? undefined : nativeName(name);
  const signature = namesake === undefined ? undefined : native.get(syscallNumber(namesake)!);
  if (signature === undefined) return undefined;
  // These exist so that 32-bit programs can pass 64-bit times: their structures are those of x86-64.
  return /_time64$|^(?:clock|timer|timerfd)_\w+64$/.test(name) ? signature : in32Bits(signature);
}

/** A signature for words of 32 bits: structures that are laid out otherwise are printed as addresses. */
export function in32Bits({ args, ...rest }: Signature): Signature {
  const narrow = (types: readonly ArgumentType[]): readonly ArgumentType[] => types.flatMap(narrowed);
  return { ...rest, args: typeof args === 'function' ? (words) => narrow(args(words)) : narrow(args) };
}

function narrowed(type: ArgumentType): ArgumentType[] {
  const captures = type.capture?.(0) ?? [];
  if (type.alike || captures.every(isText)) return [type];
  // The second half of a value is nothing without the first.
  if (type.glued) return [];
  return [type.word === undefined ? address : { ...address, word: type.word }];
}

function isText(capture: Capture): boolean {
  return capture.kind === 'string' || capture.kind === 'fd' || (capture.kind === 'bytes' && capture.text === true);
}
