import { NativeMemory } from './memory.ts';

/** Calls that a process makes one after another: in a child that shares our memory (CallTable), or in this process. */
export interface Calls {
  /** Copies bytes to where the process sees them; returns their address. */
  bytes(data: Uint8Array): number;
  string(text: string): number;
  words(values: readonly number[]): number;
  strings(texts: readonly string[]): number;
  /** A system call with up to six arguments. */
  call(number: number, ...args: readonly number[]): void;
}

/** What system calls point at: paths, argument vectors, ... */
export class CallMemory {
  readonly arena: NativeMemory;
  #used: number;

  /** Of `size` bytes, those from `start` on are filled. */
  constructor(size: number, start = 0) {
    this.arena = NativeMemory.allocate(size);
    this.#used = start;
  }

  /** What is filled so far: {@link rewind} forgets what came later. */
  mark(): number {
    return this.#used;
  }

  rewind(mark: number): void {
    this.#used = mark;
  }

  /** How many bytes can still be filled. */
  get room(): number {
    return this.arena.size - this.#used;
  }

  /** Copies bytes to where the process can see them; returns their address. */
  bytes(data: Uint8Array): number {
    const at = this.#used;
    if (at + data.length > this.arena.size) throw new RangeError('call memory: the arena is too small');
    this.arena.u8.set(data, at);
    this.#used = at + ((data.length + 7) & ~7);
    return this.arena.address + at;
  }

  /** A NUL-terminated string. */
  string(text: string): number {
    return this.bytes(Buffer.from(`${text}\0`));
  }

  /** A vector of 64-bit words. */
  words(values: readonly number[]): number {
    const words = new BigUint64Array(values.map((value) => BigInt.asUintN(64, BigInt(value))));
    return this.bytes(new Uint8Array(words.buffer));
  }

  /** A NULL-terminated vector of strings. */
  strings(texts: readonly string[]): number {
    return this.words([...texts.map((text) => this.string(text)), 0]);
  }
}
