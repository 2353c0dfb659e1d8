import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { bind, check } from './libc.ts';
import { NativeMemory } from './memory.ts';

const O_CLOEXEC = 0o2000000;

const pipe2 = bind('pipe2', 'int', ['uintptr_t', 'int']);
const dup3 = bind('dup3', 'int', ['int', 'int', 'int']);
const closeCall = bind('close', 'int', ['int']);
const readCall = bind('read', 'long', ['int', 'uintptr_t', 'size_t']);
const getxattr = bind('getxattr', 'long', ['str', 'str', 'uintptr_t', 'size_t']);
const writeCall = bind('write', 'long', ['int', 'uintptr_t', 'size_t']);

/** Of this thread, for one call after another. */
const scratch = NativeMemory.allocate(4096);

/** A pipe whose ends are closed by execve: `[read end, write end]`. */
export function makePipe(): [number, number] {
  check(pipe2(scratch.address, O_CLOEXEC), 'pipe2');
  return [scratch.i32[0]!, scratch.i32[1]!];
}

/** Puts a copy of `by` in the place of `fd`. */
export function replaceFd(fd: number, by: number): void {
  check(dup3(by, fd, O_CLOEXEC), 'dup3');
}

export function closeFd(fd: number): void {
  check(closeCall(fd), 'close');
}

/** Blocks until one byte comes: true, or the other end is closed: false. */
export function readByte(fd: number): boolean {
  return check(readCall(fd, scratch.address, 1), 'read') === 1;
}

export function writeByte(fd: number, byte = 0): void {
  scratch.u8[0] = byte;
  check(writeCall(fd, scratch.address, 1), 'write');
}

const AT_FDCWD = -100;

/** What a task's file descriptor is, as /proc shows it: a path, `pipe:[123]`; for AT_FDCWD the working directory. */
export function descriptorPath(tid: number, fd: number): Buffer | undefined {
  if (fd < 0 && fd !== AT_FDCWD) return undefined;
  try {
    return readlinkSync(`/proc/${tid}/${fd < 0 ? 'cwd' : `fd/${fd}`}`, 'buffer');
  } catch {
    return undefined;
  }
}

/** What kind of object a path or a descriptor leads to, and its device. */
export interface DeviceFile {
  readonly kind: 'char' | 'block';
  readonly major: number;
  readonly minor: number;
}

/** Undefined for what is no device. */
export function deviceBehind(tid: number, fd: number): DeviceFile | undefined {
  try {
    const stats = statSync(`/proc/${tid}/fd/${fd}`);
    if (!stats.isCharacterDevice() && !stats.isBlockDevice()) return undefined;
    const { rdev } = stats;
    return {
      kind: stats.isBlockDevice() ? 'block' : 'char',
      major: (rdev >>> 8) & 0xfff,
      minor: (rdev & 0xff) | ((rdev >>> 12) & 0xfff00),
    };
  } catch {
    return undefined;
  }
}

/** A field of a descriptor's fdinfo, such as `Pid` (proc_pid_fdinfo(5)). */
export function fdInfo(tid: number, fd: number, ...fields: readonly string[]): readonly (string | undefined)[] {
  let text = '';
  try {
    text = readFileSync(`/proc/${tid}/fdinfo/${fd}`, 'latin1');
  } catch {
    // Closed, or gone.
  }
  return fields.map((field) => new RegExp(`^${field}:\\s*(\\S+)`, 'm').exec(text)?.[1]);
}

/** The protocol of a socket by the name that the kernel gives it: `TCP`, `UNIX-STREAM`; undefined if it does not tell. */
export function socketProtocol(tid: number, fd: number): string | undefined {
  const size = getxattr(`/proc/${tid}/fd/${fd}`, 'system.sockprotoname', scratch.address, 64);
  return size > 0 ? Buffer.from(scratch.u8.subarray(0, size)).toString('latin1').replace(/\0.*$/s, '') : undefined;
}

/** The name of a task, as /proc shows it; undefined if there is none with this id. */
export function taskName(tid: number): Uint8Array | undefined {
  try {
    const name = readFileSync(`/proc/${tid}/comm`);
    return name.subarray(0, name.length - 1);
  } catch {
    return undefined;
  }
}
