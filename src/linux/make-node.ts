import { check, syscall } from './libc.ts';
import { NativeMemory } from './memory.ts';
import { SYS } from './syscall-numbers.ts';

const AT_FDCWD = -100;

/** Makes a FIFO or a socket: mknod(2). `mode`: its type, and permission bits. Throws SystemCallError. */
export function makeNode(path: Uint8Array, mode: number): void {
  const memory = NativeMemory.allocate(path.length + 1);
  try {
    memory.u8.set(path);
    check(syscall(SYS.mknodat, AT_FDCWD, memory.address, mode, 0, 0, 0), 'mknodat');
  } finally {
    memory.free();
  }
}
