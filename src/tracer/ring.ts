import { NativeMemory } from '../linux/memory.ts';

/** The count of bytes written lies behind the ring, where machine code can add to it, too. */
const POSITION_BYTES = 8;

/** A ring of records, in memory of this process that two threads see. Its size is a power of two. */
export class Ring {
  readonly memory: NativeMemory;
  /** One word: how many bytes have been written, modulo 2^32. Read and written by Atomics. */
  readonly written: Int32Array;

  private constructor(address: number, size: number) {
    this.memory = NativeMemory.at(address, size);
    this.written = NativeMemory.at(address + size, POSITION_BYTES).i32.subarray(0, 1);
  }

  /** `size`: bytes. Given back by {@link free}. */
  static allocate(size: number): Ring {
    return new Ring(NativeMemory.allocate(size + POSITION_BYTES).address, size);
  }

  /** One that another thread has made, and keeps. */
  static at(address: number, size: number): Ring {
    return new Ring(address, size);
  }

  get writtenAddress(): number {
    return this.memory.address + this.memory.size;
  }

  free(): void {
    NativeMemory.at(this.memory.address, this.memory.size + POSITION_BYTES).free();
  }
}
