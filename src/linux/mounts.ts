import { constants, readFileSync } from 'node:fs';
import { CallMemory } from './call-memory.ts';
import { check, errno, SystemCallError, syscall } from './libc.ts';
import { SYS } from './syscall-numbers.ts';

/** Flags of mount(2). */
export const MS = {
  RDONLY: 1,
  NOSUID: 2,
  NODEV: 4,
  NOEXEC: 8,
  REMOUNT: 32,
  NOATIME: 1024,
  NODIRATIME: 2048,
  BIND: 4096,
  MOVE: 8192,
  REC: 16384,
  PRIVATE: 0x4_0000,
  RELATIME: 0x20_0000,
} as const;

const MNT_DETACH = 2;
const AT_RECURSIVE = 0x8000;
const AT_FDCWD = -100;
const MOUNT_ATTR_BYTES = 32;
const ENOSYS = 38;

/** Mounts a file system of a type, such as tmpfs. Throws SystemCallError. */
export function mountNew(type: string, target: string, flags: number, data = ''): void {
  mount(type, target, type, flags, data);
}

/** Makes what is at `source` (a file or a directory, with all that is mounted below if `recursive`) appear at `target` as well. */
export function bindMount(source: string, target: string, recursive = false): void {
  mount(source, target, '', MS.BIND | (recursive ? MS.REC : 0), '');
}

/** Sets and clears flags of one mount, and leaves its others: RDONLY, NODEV, ... Throws SystemCallError. */
export function changeFlags(target: string, { set = 0, clear = 0 }: { set?: number; clear?: number }): void {
  if (setAttributes(target, 0, set, clear)) return;
  const flags = mountPoints().get(target) ?? 0;
  mount('', target, '', MS.REMOUNT | MS.BIND | (flags & ~clear) | set, '');
}

export function moveMount(source: string, target: string): void {
  mount(source, target, '', MS.MOVE, '');
}

/** From now on, what is mounted here is not seen elsewhere, nor the other way round: for all mounts of this namespace. */
export function keepMountsPrivate(): void {
  mount('', '/', '', MS.REC | MS.PRIVATE, '');
}

/** Takes away what is mounted there, though it may be in use. */
export function detachMount(target: string): void {
  withMemory(target.length * 3 + 64, (memory) => {
    check(syscall(SYS.umount2, memory.string(target), MNT_DETACH, 0, 0, 0, 0), 'umount2');
  });
}

/** How all mounts are made read-only: in one call, from Linux 5.12 on, or each by itself. */
export type Way = 'at once' | 'one by one';

/** Makes all mounts of this namespace read-only, and lets no device be opened through them. Throws SystemCallError. */
export function makeAllReadOnly(way: Way = 'at once'): void {
  const set = MS.RDONLY | MS.NODEV;
  if (way === 'at once' && setAttributes('/', AT_RECURSIVE, set, 0)) return;
  for (const [point, flags] of mountPoints()) {
    try {
      mount('', point, '', MS.REMOUNT | MS.BIND | flags | set, '');
    } catch (error) {
      // Nothing is mounted at this path, since something else is mounted over it: nobody can get there.
      if (!['EINVAL', 'ENOENT'].includes((error as SystemCallError).code)) throw error;
    }
  }
}

/** False where the kernel has no mount_setattr(2). */
function setAttributes(target: string, how: number, set: number, clear: number): boolean {
  return withMemory(3 * target.length + 256, (memory) => {
    // struct mount_attr. The numbers of these flags are those of mount(2).
    const attributes = memory.words([set, clear, 0, 0]);
    const at = memory.string(target);
    if (syscall(SYS.mount_setattr, AT_FDCWD, at, how, attributes, MOUNT_ATTR_BYTES, 0) === 0) return true;
    if (errno() === ENOSYS) return false;
    throw new SystemCallError('mount_setattr', errno());
  });
}

const FLAGS: Readonly<Record<string, number>> = {
  ro: MS.RDONLY,
  nosuid: MS.NOSUID,
  nodev: MS.NODEV,
  noexec: MS.NOEXEC,
  noatime: MS.NOATIME,
  nodiratime: MS.NODIRATIME,
  relatime: MS.RELATIME,
};

/** The mount points of this thread's namespace, each with the flags that a remount has to say again: of the last one there. */
function mountPoints(): Map<string, number> {
  const lines = readFileSync('/proc/thread-self/mountinfo', 'latin1').split('\n').filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [, , , , point, options] = line.split(' ') as [string, string, string, string, string, string];
      const flags = options.split(',').reduce((sum, option) => sum | (FLAGS[option] ?? 0), 0);
      return [unescaped(point), flags];
    }),
  );
}

function unescaped(point: string): string {
  const bytes = point.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return Buffer.from(bytes, 'latin1').toString();
}

function mount(source: string, target: string, type: string, flags: number, data: string): void {
  const bytes = 3 * (source.length + target.length + type.length + data.length) + 64;
  withMemory(bytes, (memory) => {
    const [from, at, kind, more] = [source, target, type, data].map((text) => memory.string(text));
    check(syscall(SYS.mount, from!, at!, kind!, flags, more!, 0), 'mount');
  });
}

function withMemory<Result>(bytes: number, body: (memory: CallMemory) => Result): Result {
  const memory = new CallMemory(bytes);
  try {
    return body(memory);
  } finally {
    memory.arena.free();
  }
}

/** Where a descriptor leads, as a path: what is mounted elsewhere, or no longer, is reached by it too. */
export function pathOfDescriptor(fd: number): string {
  return `/proc/self/fd/${fd}`;
}

/** A descriptor of a directory, to reach it by whatever is mounted over it later. */
export const O_PATH_DIRECTORY: number = 0o10000000 | constants.O_DIRECTORY;
