import { bind } from './libc.ts';
import { NativeMemory } from './memory.ts';
import { readProcFile } from './process-stat.ts';

const statx = bind('statx', 'int', ['int', 'str', 'int', 'uint', 'uintptr_t']);

const STATX_TYPE = 1;
/** Where struct statx has stx_mode. */
const MODE_AT = 28;
const S_IFMT = 0o170000;
const O_NONBLOCK = 0o4000;

const KINDS = {
  1: 'fifo',
  2: 'character device',
  4: 'directory',
  6: 'block device',
  8: 'regular file',
  10: 'link',
  12: 'socket',
  /** An event counter, a timer, an epoll set. */
  0: 'anonymous',
} as const;

/** What a file descriptor leads to. */
export type DescriptorKind = (typeof KINDS)[keyof typeof KINDS];

const memory = NativeMemory.allocate(256);

/** What a task's descriptor leads to; undefined if it has none of this number. */
export function descriptorKind(tid: number, fd: number): DescriptorKind | undefined {
  if (statx(0, `/proc/${tid}/fd/${fd}`, 0, STATX_TYPE, memory.address) !== 0) return undefined;
  const mode = memory.u8[MODE_AT]! | (memory.u8[MODE_AT + 1]! << 8);
  return KINDS[((mode & S_IFMT) >> 12) as keyof typeof KINDS];
}

/** Whether calls of a task's descriptor fail with EAGAIN where they would have to wait. */
export function isNonBlocking(tid: number, fd: number): boolean {
  const flags = /^flags:\s*(\d+)/m.exec(readProcFile(`/proc/${tid}/fdinfo/${fd}`) ?? '')?.[1];
  return (Number.parseInt(flags ?? '0', 8) & O_NONBLOCK) !== 0;
}
