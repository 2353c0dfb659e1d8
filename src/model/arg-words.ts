const TWO_32 = 2 ** 32;

/**
 * The six argument words of a system call (or other 64-bit words), read in place from a Uint32Array: little-endian
 * pairs of low and high halves. No BigInt is made unless one is asked for.
 */
export class ArgWords {
  #words: Uint32Array;
  #base: number;

  constructor(words: Uint32Array, base = 0) {
    this.#words = words;
    this.#base = base;
  }

  /** Points this object at other words: for readers that go through a ring without allocating. */
  moveTo(words: Uint32Array, base: number): void {
    this.#words = words;
    this.#base = base;
  }

  /** The low 32 bits, unsigned: what an `unsigned int` parameter sees. */
  u32(index: number): number {
    return this.#words[this.#base + 2 * index] ?? 0;
  }

  /** The low 32 bits, signed: what an `int` parameter sees. */
  i32(index: number): number {
    return this.u32(index) | 0;
  }

  /** The high 32 bits, unsigned. */
  high(index: number): number {
    return this.#words[this.#base + 2 * index + 1] ?? 0;
  }

  /** The word as an unsigned number: exact up to 2^53 (every user-space address is). */
  unsigned(index: number): number {
    return this.high(index) * TWO_32 + this.u32(index);
  }

  /** The word as a signed number: exact in ±2^53 (sizes, offsets and small negative numbers are). */
  signed(index: number): number {
    return (this.high(index) | 0) * TWO_32 + this.u32(index);
  }

  /** The word exactly, unsigned. */
  big(index: number): bigint {
    return (BigInt(this.high(index)) << 32n) | BigInt(this.u32(index));
  }

  /** The word exactly, as `0x...`; zero is `0`, as strace's `%#lx` prints it. */
  hex(index: number): string {
    const high = this.high(index);
    const low = this.u32(index);
    if (high === 0) return low === 0 ? '0' : `0x${low.toString(16)}`;
    return `0x${high.toString(16)}${low.toString(16).padStart(8, '0')}`;
  }
}
