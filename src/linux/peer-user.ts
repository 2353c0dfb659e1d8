import { bind, check } from './libc.ts';
import { NativeMemory } from './memory.ts';

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
/** struct ucred: pid, uid, gid. */
const UCRED_BYTES = 12;
const UID_AT = 1;
const LENGTH_AT = 4;

const getsockopt = bind('getsockopt', 'int', ['int', 'int', 'int', 'uintptr_t', 'uintptr_t']);

/** Who has connected to a unix socket, as the kernel noted it then (unix(7), SO_PEERCRED). Throws SystemCallError. */
export function peerUserOf(fd: number): number {
  const memory = NativeMemory.allocate(4096);
  try {
    memory.i32[LENGTH_AT] = UCRED_BYTES;
    check(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, memory.address, memory.address + 4 * LENGTH_AT), 'getsockopt');
    return memory.i32[UID_AT]! >>> 0;
  } finally {
    memory.free();
  }
}
