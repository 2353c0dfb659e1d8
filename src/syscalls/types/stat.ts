import type { OutputType } from '../argument-type.ts';
import { FILE_TYPES, STATX_ATTRIBUTES, STATX_MASK } from '../constants/files.ts';
import { FILESYSTEM_MAGIC, ST_VALID, STATFS_FLAGS } from '../constants/filesystems.ts';
import { decimalU64At, hex, i32, u16, u32 } from '../memory-words.ts';
import { deviceText, octal } from './numbers.ts';
import { structOut } from './pointers.ts';

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
  return text + octal(mode & 0o777);
}

function isDevice(mode: number): boolean {
  return (mode & S_IFMT) === 0o020000 || (mode & S_IFMT) === 0o060000;
}

/** struct stat, abbreviated as strace does without -v. */
function statText(bytes: Uint8Array): string {
  const mode = u32(bytes, 24);
  const size = isDevice(mode)
    ? `st_rdev=${deviceText(u32(bytes, 40), u32(bytes, 44))}`
    : `st_size=${decimalU64At(bytes, 48)}`;
  return `{st_mode=${modeText(mode)}, ${size}, ...}`;
}

const STATX_TYPE_OR_MODE = 0x3;
const STATX_SIZE = 0x200;

function statxText(bytes: Uint8Array): string {
  const mask = u32(bytes, 0);
  const fields = [`stx_mask=${STATX_MASK.text(mask)}`, `stx_attributes=${STATX_ATTRIBUTES.text(u32(bytes, 8))}`];
  if (mask & STATX_TYPE_OR_MODE) fields.push(`stx_mode=${modeText(u16(bytes, 28))}`);
  if (mask & STATX_SIZE) fields.push(`stx_size=${decimalU64At(bytes, 40)}`);
  return `{${fields.join(', ')}, ...}`;
}

/** struct statfs, whole. */
function statfsText(bytes: Uint8Array): string {
  const magic = u32(bytes, 0);
  const flags = u32(bytes, 80);
  const fields = [
    `f_type=${FILESYSTEM_MAGIC.known(magic) ?? hex(magic)}`,
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
  if (flags & ST_VALID) fields.push(`f_flags=${STATFS_FLAGS.text(flags)}`);
  return `{${fields.join(', ')}}`;
}

export const statOut: OutputType = structOut(144, statText);
export const statxOut: OutputType = structOut(256, statxText);
export const statfsOut: OutputType = structOut(120, statfsText);
