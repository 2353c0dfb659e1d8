import { bind, check, errno, errnoName } from './libc.ts';
import { NativeMemory } from './memory.ts';

/** Of path_resolution(7) and xattr(7): PATH_MAX, XATTR_SIZE_MAX and XATTR_LIST_MAX. */
const PATH_BYTES = 4096;
const VALUE_BYTES = 65_536;

const llistxattr = bind('llistxattr', 'long', ['uintptr_t', 'uintptr_t', 'size_t']);
const lgetxattr = bind('lgetxattr', 'long', ['uintptr_t', 'str', 'uintptr_t', 'size_t']);
const lsetxattr = bind('lsetxattr', 'int', ['uintptr_t', 'str', 'uintptr_t', 'size_t', 'int']);
const lremovexattr = bind('lremovexattr', 'int', ['uintptr_t', 'str']);

/** The extended attributes of a file, by name: xattr(7). ACLs (acl(5)) and capabilities of files (capabilities(7)) are among them. */
export type Xattrs = ReadonlyMap<string, Buffer>;

export const NO_XATTRS: Xattrs = new Map();

/** What is a user's to give, and what changes who may do what. Labels of security modules are the system's own. */
const OURS = /^(?:user\.|system\.posix_acl_|security\.capability$)/;

/** Of this thread, for one call after another. Pages that are never used take nothing. */
const memory: NativeMemory = NativeMemory.allocate(PATH_BYTES + VALUE_BYTES);
const VALUE = memory.address + PATH_BYTES;

/** Those of the path itself, be it a link. None where the file system has none, or the path is too long. Throws SystemCallError. */
export function readXattrs(path: Uint8Array): Xattrs {
  if (!isSet(path)) return NO_XATTRS;
  const length = llistxattr(memory.address, VALUE, VALUE_BYTES);
  if (length === 0 || (length < 0 && isRefused())) return NO_XATTRS;
  check(length, 'llistxattr');
  const names = bytesOf(length)
    .toString()
    .split('\0')
    .filter((name) => OURS.test(name));
  const found = new Map<string, Buffer>();
  for (const name of names.sort()) {
    const size = lgetxattr(memory.address, name, VALUE, VALUE_BYTES);
    if (size >= 0) found.set(name, bytesOf(size));
    else if (!isRefused()) check(size, 'lgetxattr');
  }
  return found;
}

/** Gives a file these, and no others. False if some can't be given here. Throws SystemCallError. */
export function tryXattrs(path: Uint8Array, wanted: Xattrs): boolean {
  const now = readXattrs(path);
  let areGiven = true;
  for (const name of now.keys()) {
    if (!wanted.has(name)) areGiven = isDone(lremovexattr(memory.address, name), 'lremovexattr') && areGiven;
  }
  for (const [name, value] of wanted) {
    if (now.get(name)?.equals(value)) continue;
    memory.u8.set(value, PATH_BYTES);
    areGiven = isDone(lsetxattr(memory.address, name, VALUE, value.length, 0), 'lsetxattr') && areGiven;
  }
  return areGiven;
}

/** As one text, to compare: empty if there are none. */
export function xattrsText(xattrs: Xattrs): string {
  return [...xattrs].map(([name, value]) => `${name}=${value.toString('hex')}`).join(' ');
}

/** False if it is too long to be asked for as a whole. */
function isSet(path: Uint8Array): boolean {
  if (path.length >= PATH_BYTES) return false;
  memory.u8.set(path);
  memory.u8[path.length] = 0;
  return true;
}

function bytesOf(length: number): Buffer {
  return Buffer.from(memory.u8.slice(PATH_BYTES, PATH_BYTES + length));
}

function isDone(result: number, call: string): boolean {
  if (result < 0 && isRefused()) return false;
  check(result, call);
  return true;
}

/** By the file system, or since we lack a privilege. ENODATA: it is gone again. */
function isRefused(): boolean {
  return ['EOPNOTSUPP', 'EPERM', 'EACCES', 'ENODATA', 'EINVAL', 'ENOSPC'].includes(errnoName(errno()));
}
