import { readlinkSync } from 'node:fs';
import { bind, check } from './libc.ts';
import { NativeMemory } from './memory.ts';

const O_CLOEXEC = 0o2000000;

const pipe2 = bind('pipe2', 'int', ['uintptr_t', 'int']);
const closeCall = bind('close', 'int', ['int']);
const readCall = bind('read', 'long', ['int', 'uintptr_t', 'size_t']);
const writeCall = bind('write', 'long', ['int', 'uintptr_t', 'size_t']);

/** A pipe whose ends are closed by execve: `[read end, write end]`. */
export function makePipe(): [number, number] {
  const memory = NativeMemory.allocate(4096);
  try {
    check(pipe2(memory.address, O_CLOEXEC), 'pipe2');
    return [memory.i32[0]!, memory.i32[1]!];
  } finally {
    memory.free();
  }
}

export function closeFd(fd: number): void {
  check(closeCall(fd), 'close');
}

/** Blocks until one byte comes: true, or the other end is closed: false. */
export function readByte(fd: number): boolean {
  const memory = NativeMemory.allocate(4096);
  try {
    return check(readCall(fd, memory.address, 1), 'read') === 1;
  } finally {
    memory.free();
  }
}

export function writeByte(fd: number): void {
  const memory = NativeMemory.allocate(4096);
  try {
    check(writeCall(fd, memory.address, 1), 'write');
  } finally {
    memory.free();
  }
}

const AT_FDCWD = -100;

/** What a task's file descriptor is, as /proc shows it: a path, `pipe:[123]`; for AT_FDCWD the working directory. */
export function descriptorPath(tid: number, fd: number): Uint8Array | undefined {
  if (fd < 0 && fd !== AT_FDCWD) return undefined;
  try {
    return readlinkSync(`/proc/${tid}/${fd < 0 ? 'cwd' : `fd/${fd}`}`, 'buffer');
  } catch {
    return undefined;
  }
}
