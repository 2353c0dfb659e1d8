import { alike, type OutputType } from '../argument-type.ts';
import { constantText } from '../constant-style.ts';
import { FILE_TYPES, STATX_ATTRIBUTES, STATX_MASK } from '../constants/files.ts';
import { FILESYSTEM_MAGIC, ST_VALID, STATFS_FLAGS } from '../constants/filesystems.ts';
import { decimalI64At, decimalU64At, hex, hex64At, i32, u16, u32 } from '../memory-words.ts';
import { deviceText, octal } from './numbers.ts';
import { type StructPrinter, structOut } from './pointers.ts';
import { known64 } from './records.ts';
import { dateComment } from './time.ts';

const S_IFMT = 0o170000;
const SPECIAL_BITS = [
  [0o4000, 'S_ISUID|'],
  [0o2000, 'S_ISGID|'],
  [0o1000, 'S_ISVTX|'],
] as const;

/** A mode with its type: `S_IFREG|0644`, `S_IFDIR|S_ISVTX|0777`. */
export function modeText(mode: number): string {
  const type = FILE_TYPES.known(mode & S_IFMT);
  if (type === undefined && (mode & S_IFMT) !== 0) return octal(mode);
  let text = type === undefined ? '' : `${type}|`;
  for (const [bit, name] of SPECIAL_BITS) if (mode & bit) text += name;
  return constantText(octal(mode), text + octal(mode & 0o777));
}

function isDevice(mode: number): boolean {
  return (mode & S_IFMT) === 0o020000 || (mode & S_IFMT) === 0o060000;
}

/** struct stat, of which strace shows the mode and the size (or device) alone without -v. */
const statText: StructPrinter = (bytes, { verbose }) => {
  const mode = u32(bytes, 24);
  const size = isDevice(mode)
    ? `st_rdev=${deviceText(u32(bytes, 40), u32(bytes, 44))}`
    : `st_size=${decimalU64At(bytes, 48)}`;
  if (!verbose) return `{st_mode=${modeText(mode)}, ${size}, ...}`;
  const fields = [
    `st_dev=${deviceText(u32(bytes, 0), u32(bytes, 4))}`,
    `st_ino=${decimalU64At(bytes, 8)}`,
    `st_mode=${modeText(mode)}`,
    `st_nlink=${decimalU64At(bytes, 16)}`,
    `st_uid=${u32(bytes, 28)}`,
    `st_gid=${u32(bytes, 32)}`,
    `st_blksize=${decimalU64At(bytes, 56)}`,
    `st_blocks=${decimalU64At(bytes, 64)}`,
    size,
    ...['atime', 'mtime', 'ctime'].flatMap((name, i) => statTime(name, bytes, 72 + 16 * i)),
  ];
  return `{${fields.join(', ')}}`;
};

function statTime(name: string, bytes: Uint8Array, offset: number): string[] {
  const nanoseconds = decimalU64At(bytes, offset + 8);
  const comment = dateComment(bytes, offset, Number(nanoseconds), 9);
  return [`st_${name}=${decimalI64At(bytes, offset)}${comment}`, `st_${name}_nsec=${nanoseconds}`];
}

const STATX_TYPE_OR_MODE = 0x3;
const STATX_SIZE = 0x200;

/** The bits of stx_mask that say which times are known, and where those are, in the order in which strace prints them. */
const STATX_TIMES = [
  ['atime', 0x20, 64],
  ['btime', 0x800, 80],
  ['ctime', 0x80, 96],
  ['mtime', 0x40, 112],
] as const;
const STATX = { nlink: 0x4, uid: 0x8, gid: 0x10, ino: 0x100, blocks: 0x400, mountId: 0x1000 };

const statxText: StructPrinter = (bytes, { verbose }) => {
  const mask = u32(bytes, 0);
  if (verbose) return wholeStatxText(bytes, mask);
  const fields = [`stx_mask=${STATX_MASK.text(mask)}`, `stx_attributes=${STATX_ATTRIBUTES.text(u32(bytes, 8))}`];
  if (mask & STATX_TYPE_OR_MODE) fields.push(`stx_mode=${modeText(u16(bytes, 28))}`);
  if (mask & STATX_SIZE) fields.push(`stx_size=${decimalU64At(bytes, 40)}`);
  return `{${fields.join(', ')}, ...}`;
};

function wholeStatxText(bytes: Uint8Array, mask: number): string {
  const has = (bits: number, text: string): string[] => (mask & bits ? [text] : []);
  const fields = [
    `stx_mask=${STATX_MASK.text(mask)}`,
    `stx_blksize=${u32(bytes, 4)}`,
    `stx_attributes=${STATX_ATTRIBUTES.text(u32(bytes, 8))}`,
    ...has(STATX.nlink, `stx_nlink=${u32(bytes, 16)}`),
    ...has(STATX.uid, `stx_uid=${u32(bytes, 20)}`),
    ...has(STATX.gid, `stx_gid=${u32(bytes, 24)}`),
    ...has(STATX_TYPE_OR_MODE, `stx_mode=${modeText(u16(bytes, 28))}`),
    ...has(STATX.ino, `stx_ino=${decimalU64At(bytes, 32)}`),
    ...has(STATX_SIZE, `stx_size=${decimalU64At(bytes, 40)}`),
    ...has(STATX.blocks, `stx_blocks=${decimalU64At(bytes, 48)}`),
    `stx_attributes_mask=${STATX_ATTRIBUTES.text(u32(bytes, 56))}`,
    ...STATX_TIMES.flatMap(([name, bit, offset]) => has(bit, `stx_${name}=${statxTime(bytes, offset)}`)),
    `stx_rdev_major=${u32(bytes, 128)}`,
    `stx_rdev_minor=${u32(bytes, 132)}`,
    `stx_dev_major=${u32(bytes, 136)}`,
    `stx_dev_minor=${u32(bytes, 140)}`,
    ...has(STATX.mountId, `stx_mnt_id=${hex64At(bytes, 144)}`),
  ];
  return `{${fields.join(', ')}}`;
}

function statxTime(bytes: Uint8Array, offset: number): string {
  const nanoseconds = u32(bytes, offset + 8);
  const seconds = decimalI64At(bytes, offset);
  return `{tv_sec=${seconds}, tv_nsec=${nanoseconds}}${dateComment(bytes, offset, nanoseconds, 9)}`;
}

/** struct statfs, whole. */
function statfsText(bytes: Uint8Array): string {
  const flags = u32(bytes, 80);
  const fields = [
    `f_type=${known64(FILESYSTEM_MAGIC, bytes, 0)}`,
    `f_bsize=${decimalU64At(bytes, 8)}`,
    `f_blocks=${decimalU64At(bytes, 16)}`,
    `f_bfree=${decimalU64At(bytes, 24)}`,
    `f_bavail=${decimalU64At(bytes, 32)}`,
    `f_files=${decimalU64At(bytes, 40)}`,
    `f_ffree=${decimalU64At(bytes, 48)}`,
    `f_fsid={val=[${hex(i32(bytes, 56))}, ${hex(i32(bytes, 60))}]}`,
    `f_namelen=${decimalU64At(bytes, 64)}`,
    `f_frsize=${decimalU64At(bytes, 72)}`,
  ];
  if (flags & ST_VALID) fields.push(`f_flags=${STATFS_FLAGS.text64(flags, u32(bytes, 84))}`);
  return `{${fields.join(', ')}}`;
}

export const statOut: OutputType = structOut(144, statText);
export const statxOut: OutputType = alike(structOut(256, statxText));
export const statfsOut: OutputType = structOut(120, statfsText);
