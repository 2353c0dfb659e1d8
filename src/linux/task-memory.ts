import { closeSync, openSync, writeSync } from 'node:fs';
import { bind, errno } from './libc.ts';
import { NativeMemory } from './memory.ts';

const vmRead = bind('process_vm_readv', 'long', ['int', 'uintptr_t', 'ulong', 'uintptr_t', 'ulong', 'ulong']);
const vmWrite = bind('process_vm_writev', 'long', ['int', 'uintptr_t', 'ulong', 'uintptr_t', 'ulong', 'ulong']);

const PAGE = 4096;
const TWO_32 = 2 ** 32;

/**
 * Reads and writes the memory of a stopped task (process_vm_readv(2)). One instance belongs to one thread.
 * `buffer` is where {@link read} leaves what it read.
 */
export class TaskMemory {
  readonly #iovecs = NativeMemory.allocate(PAGE);
  readonly #space: NativeMemory;
  readonly buffer: Uint8Array;

  /** `size`: the most bytes of one read or write. */
  constructor(size: number) {
    this.#space = NativeMemory.allocate(size);
    this.buffer = this.#space.u8;
  }

  /** Copies into {@link buffer}; returns the bytes that could be read: fewer at the end of a mapping, 0 for a bad address. */
  read(tid: number, address: number, size: number): number {
    return this.readTo(tid, address, size, this.#space.address);
  }

  /** Copies to an address of this process. */
  readTo(tid: number, address: number, size: number, target: number): number {
    if (size <= 0) return 0;
    this.#describe(address, size, target);
    const done = vmRead(tid, this.#iovecs.address, 1, this.#iovecs.address + 16, 1, 0);
    if (done >= 0) return done;
    return size > PAGE
      ? this.#readByPages(tid, address, size, target)
      : this.#readFirstPage(tid, address, size, target);
  }

  /** Copies a NUL-terminated string into {@link buffer}; returns its length, or -1 if it runs into memory that is not there. At most `limit` bytes. */
  readString(tid: number, address: number, limit: number): number {
    return this.readStringTo(tid, address, limit, this.#space.address, this.buffer, 0);
  }

  /** As {@link readString}, to `target`, which is seen as `bytes` from `offset` on. If no NUL came within `limit`, returns `limit`. */
  readStringTo(tid: number, address: number, limit: number, target: number, bytes: Uint8Array, offset: number): number {
    let length = 0;
    while (length < limit) {
      // Never across a page that the string may not reach: the next one may not be mapped.
      const room = PAGE - ((address + length) % PAGE);
      const wanted = Math.min(limit - length, room, length === 0 ? 256 : PAGE);
      this.#describe(address + length, wanted, target + length);
      const done = vmRead(tid, this.#iovecs.address, 1, this.#iovecs.address + 16, 1, 0);
      if (done <= 0) return -1;
      for (let i = 0; i < done; i++) if (bytes[offset + length + i] === 0) return length + i;
      length += done;
    }
    return length;
  }

  /** Writes, to memory that the task itself can't write, too; returns the bytes written, 0 for a bad address. */
  write(tid: number, address: number, bytes: Uint8Array): number {
    this.buffer.set(bytes);
    this.#describe(address, bytes.length, this.#space.address);
    const done = Math.max(0, vmWrite(tid, this.#iovecs.address, 1, this.#iovecs.address + 16, 1, 0));
    return done < bytes.length ? done + forceWrite(tid, address + done, bytes.subarray(done)) : done;
  }

  /** Writes the first bytes of {@link buffer} where the task itself could write them; false if it could not. */
  store(tid: number, address: number, size: number): boolean {
    this.#describe(address, size, this.#space.address);
    return vmWrite(tid, this.#iovecs.address, 1, this.#iovecs.address + 16, 1, 0) === size;
  }

  /** errno of the last failure. */
  get errno(): number {
    return errno();
  }

  #readFirstPage(tid: number, address: number, size: number, target: number): number {
    const room = PAGE - (address % PAGE);
    if (room >= size) return 0;
    this.#describe(address, room, target);
    return Math.max(0, vmRead(tid, this.#iovecs.address, 1, this.#iovecs.address + 16, 1, 0));
  }

  #readByPages(tid: number, address: number, size: number, target: number): number {
    let done = 0;
    while (done < size) {
      const wanted = Math.min(size - done, PAGE - ((address + done) % PAGE));
      this.#describe(address + done, wanted, target + done);
      const part = vmRead(tid, this.#iovecs.address, 1, this.#iovecs.address + 16, 1, 0);
      if (part <= 0) break;
      done += part;
    }
    return done;
  }

  /** Two struct iovec: the local one at 0, the remote one at 16. */
  #describe(address: number, size: number, target: number): void {
    const { u32 } = this.#iovecs;
    u32[0] = target % TWO_32;
    u32[1] = target / TWO_32;
    u32[2] = size;
    u32[3] = 0;
    u32[4] = address % TWO_32;
    u32[5] = address / TWO_32;
    u32[6] = size;
    u32[7] = 0;
  }
}

/** By /proc/PID/mem, which gives the task a copy of a read-only private page. Of a shared one it can't. */
function forceWrite(tid: number, address: number, bytes: Uint8Array): number {
  let fd: number | undefined;
  try {
    fd = openSync(`/proc/${tid}/mem`, 'r+');
    return writeSync(fd, bytes, 0, bytes.length, address);
  } catch {
    // No such address, no such task any more, or not ours to write.
    return 0;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
