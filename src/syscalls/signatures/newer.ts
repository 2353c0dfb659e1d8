import {
  type ArgumentType,
  alike,
  type Call,
  type InputType,
  type OutputType,
  type Signature,
} from '../argument-type.ts';
import { XATTR_FLAGS } from '../constants/files.ts';
import { CLOCKS } from '../constants/time.ts';
import { FUTEX2_SIZES, KCMP_TYPES } from '../constants/uapi.generated.ts';
import { on, onSize } from '../dependence.ts';
import { hex, hex64, hex64At, i32, pointerAt, u32 } from '../memory-words.ts';
import { flags } from '../named-values.ts';
import { hexEscaped, quoted } from '../quoted-text.ts';
import { openFlags } from '../types/flags.ts';
import {
  address,
  addressText,
  directoryFd,
  fd,
  hex32,
  hexadecimal,
  int,
  namedValue,
  size,
  uint,
} from '../types/numbers.ts';
import { arrayIn, boxed, structIn, structOut } from '../types/pointers.ts';
import { fieldIf, i32At, named64At, record, u32At, u64At, x32At, x64At } from '../types/records.ts';
import { dataOut, path, string } from '../types/strings.ts';
import { timespecIn } from '../types/time.ts';

const FUTEX2_SIZE_MASK = 3;
const FUTEX2_FLAGS = flags(undefined, { FUTEX2_NUMA: 4, FUTEX2_MPOL: 8, FUTEX2_PRIVATE: 128 });

function futexFlagsText(value: number): string {
  const rest = value & ~FUTEX2_SIZE_MASK;
  const text = FUTEX2_SIZES.text(value & FUTEX2_SIZE_MASK);
  return rest === 0 ? text : `${text}|${FUTEX2_FLAGS.text(rest)}`;
}

const futexFlags: InputType = { when: 'entry', print: (call, arg) => futexFlagsText(call.args.u32(arg)) };
const mask: InputType = {
  when: 'entry',
  print: (call, arg) =>
    call.args.high(arg) === 0 && call.args.u32(arg) === 0xffff_ffff
      ? 'FUTEX_BITSET_MATCH_ANY'
      : hex64(call.args.u32(arg), call.args.high(arg)),
};

function waiterText(bytes: Uint8Array): string {
  const reserved = u32(bytes, 20) === 0 ? '' : `, __reserved=${hex(u32(bytes, 20))}`;
  return `{val=${hex64At(bytes, 0)}, uaddr=${pointerAt(bytes, 8)}, flags=${futexFlagsText(u32(bytes, 16))}${reserved}}`;
}

const WAITER_SIZE = 24;

const FILE_ATTRIBUTES = flags('FS_XFLAG_???', {
  FS_XFLAG_REALTIME: 1,
  FS_XFLAG_PREALLOC: 2,
  FS_XFLAG_IMMUTABLE: 8,
  FS_XFLAG_APPEND: 0x10,
  FS_XFLAG_SYNC: 0x20,
  FS_XFLAG_NOATIME: 0x40,
  FS_XFLAG_NODUMP: 0x80,
  FS_XFLAG_RTINHERIT: 0x100,
  FS_XFLAG_PROJINHERIT: 0x200,
  FS_XFLAG_NOSYMLINKS: 0x400,
  FS_XFLAG_EXTSIZE: 0x800,
  FS_XFLAG_EXTSZINHERIT: 0x1000,
  FS_XFLAG_NODEFRAG: 0x2000,
  FS_XFLAG_FILESTREAM: 0x4000,
  FS_XFLAG_DAX: 0x8000,
  FS_XFLAG_COWEXTSIZE: 0x10000,
  FS_XFLAG_HASATTR: 0x80000000,
});
const FILE_ATTR_SIZE_VER0 = 24;

const fileAttributes = (isGet: boolean) =>
  record({
    fa_xflags: named64At(0, FILE_ATTRIBUTES),
    fa_extsize: u32At(8),
    fa_nextents: fieldIf(() => isGet, u32At(12)),
    fa_projid: x32At(16),
    fa_cowextsize: u32At(20),
  });

const PATH_FLAGS = namedValue(flags('AT_???', { AT_SYMLINK_NOFOLLOW: 0x100, AT_EMPTY_PATH: 0x1000 }));

function fileAttributeArguments(type: ArgumentType) {
  return (args: Call['args']): readonly ArgumentType[] => [
    directoryFd,
    path,
    args.unsigned(3) < FILE_ATTR_SIZE_VER0 || args.unsigned(3) > 4096 ? address : type,
    size,
    PATH_FLAGS,
  ];
}

/** struct xattr_args: where a value is, its size, flags. */
const XATTR_ARGS_SIZE = 16;
const VALUE_SIZE_AT = 8;

function xattrArgs(bytes: Uint8Array, value: string): string {
  return `{value=${value}, size=${u32(bytes, VALUE_SIZE_AT)}, flags=${XATTR_FLAGS.text(u32(bytes, 12))}}`;
}

const xattrIn: InputType = {
  when: 'entry',
  capture: (arg) => [
    { arg, at: 'entry', kind: 'bytes', size: XATTR_ARGS_SIZE },
    { arg, at: 'entry', kind: 'behind', part: 1, offset: 0, size: { at: VALUE_SIZE_AT, width: 4 }, text: true },
  ],
  print(call, arg, { strings, stringLimit }) {
    const bytes = call.captured.bytes(arg);
    if (bytes === undefined || bytes.length < XATTR_ARGS_SIZE) return addressText(call.args, arg);
    const value = call.captured.bytes(arg, 1);
    const shown = Math.min(value?.length ?? 0, stringLimit);
    const text = value === undefined ? pointerAt(bytes, 0) : quoted(value, strings, shown, shown < u32(bytes, 8));
    return xattrArgs(bytes, text);
  },
};

const xattrOut: OutputType = {
  when: 'exit',
  capture: (arg) => [
    { arg, at: 'entry', kind: 'bytes', size: XATTR_ARGS_SIZE },
    { arg, at: 'exit', kind: 'behind', part: 1, offset: 0, size: { at: VALUE_SIZE_AT, width: 4 }, text: true },
  ],
  print(call, arg, { strings, stringLimit }) {
    const bytes = call.captured.bytesAtEntry(arg) ?? call.captured.bytes(arg);
    if (bytes === undefined || bytes.length < XATTR_ARGS_SIZE) return addressText(call.args, arg);
    const value = call.errno === 0 ? call.captured.bytes(arg, 1) : undefined;
    const filled = call.result.u32(0);
    const shown = Math.min(value?.length ?? 0, filled, stringLimit);
    return xattrArgs(bytes, value === undefined ? pointerAt(bytes, 0) : quoted(value, strings, shown, shown < filled));
  },
};

/** A file handle, whose bytes follow its head. */
const HANDLE_HEAD = 8;
const MAX_HANDLE = 128;

function handleText(bytes: Uint8Array): string {
  const length = Math.min(u32(bytes, 0), MAX_HANDLE);
  const handle = bytes.subarray(HANDLE_HEAD, HANDLE_HEAD + length);
  return `handle_type=${i32(bytes, 4)}, f_handle="${hexEscaped(handle)}"`;
}

const handleIn: InputType = {
  when: 'entry',
  capture: (arg) => [{ arg, at: 'entry', kind: 'bytes', size: HANDLE_HEAD + MAX_HANDLE }],
  print(call, arg) {
    const bytes = call.captured.bytes(arg);
    if (bytes === undefined || bytes.length < HANDLE_HEAD) return addressText(call.args, arg);
    return `{handle_bytes=${u32(bytes, 0)}, ${handleText(bytes)}}`;
  },
};

const handleOut: OutputType = {
  when: 'exit',
  capture: (arg) => [
    { arg, at: 'entry', kind: 'bytes', size: HANDLE_HEAD },
    { arg, at: 'exit', kind: 'bytes', size: HANDLE_HEAD + MAX_HANDLE },
  ],
  print(call, arg) {
    const before = call.captured.bytesAtEntry(arg);
    if (before === undefined || before.length < HANDLE_HEAD) return addressText(call.args, arg);
    const after = call.errno === 0 ? call.captured.bytes(arg) : undefined;
    const asked = u32(before, 0);
    if (after === undefined) return `{handle_bytes=${asked}}`;
    const got = u32(after, 0) === asked ? '' : ` => ${u32(after, 0)}`;
    return `{handle_bytes=${asked}${got}, ${handleText(after)}}`;
  },
};

const HANDLE_FLAGS = flags('AT_???', {
  AT_HANDLE_MNT_ID_UNIQUE: 1,
  AT_HANDLE_CONNECTABLE: 2,
  AT_HANDLE_FID: 0x200,
  AT_SYMLINK_FOLLOW: 0x400,
  AT_EMPTY_PATH: 0x1000,
});

const cacheRange = alike(structIn(16, record({ off: x64At(0), len: u64At(8) })));
const cacheStatistics = alike(
  structOut(
    40,
    record({
      nr_cache: u64At(0),
      nr_dirty: u64At(8),
      nr_writeback: u64At(16),
      nr_evicted: u64At(24),
      nr_recently_evicted: u64At(32),
    }),
  ),
);

const epollSlot = structIn(12, record({ efd: i32At(0), tfd: i32At(4), toff: u32At(8) }));

function kcmpArguments(args: Call['args']): readonly ArgumentType[] {
  const before = [int, int, namedValue(KCMP_TYPES)];
  switch (args.u32(2)) {
    case 0:
      return [...before, int, int];
    case 7:
      return [...before, int, epollSlot];
    default:
      return args.u32(2) < 7 ? before : [...before, hexadecimal, hexadecimal];
  }
}

/** Calls that came late, or stand alone. */
export const NEWER: Readonly<Record<string, Signature>> = {
  futex_waitv: {
    args: [arrayIn({ arg: 1 }, WAITER_SIZE, waiterText), uint, hex32, timespecIn, namedValue(CLOCKS)],
  },
  futex_wake: { args: [address, mask, int, futexFlags] },
  futex_wait: { args: [address, size, mask, futexFlags, timespecIn, namedValue(CLOCKS)] },
  futex_requeue: { args: [arrayIn(2, WAITER_SIZE, waiterText), hex32, int, int] },
  file_getattr: {
    args: fileAttributeArguments(structOut(FILE_ATTR_SIZE_VER0, fileAttributes(true))),
    dependsOn: onSize(3, 24),
  },
  file_setattr: {
    args: fileAttributeArguments(structIn(FILE_ATTR_SIZE_VER0, fileAttributes(false))),
    dependsOn: onSize(3, 24),
  },
  setxattrat: { args: [directoryFd, path, PATH_FLAGS, string, xattrIn, size] },
  getxattrat: { args: [directoryFd, path, PATH_FLAGS, string, xattrOut, size] },
  listxattrat: { args: [directoryFd, path, PATH_FLAGS, dataOut({ result: true }), size] },
  removexattrat: { args: [directoryFd, path, PATH_FLAGS, string] },
  name_to_handle_at: {
    args: [
      directoryFd,
      path,
      handleOut,
      structOut(
        4,
        boxed((bytes) => String(i32(bytes, 0))),
      ),
      namedValue(HANDLE_FLAGS),
    ],
  },
  open_by_handle_at: { args: [fd, handleIn, openFlags] },
  cachestat: { args: [fd, cacheRange, cacheStatistics, hex32] },
  kcmp: { args: kcmpArguments, dependsOn: on(2, [7]) },
};
