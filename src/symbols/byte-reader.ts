const TWO_32 = 2 ** 32;

/**
 * Reads little-endian values one after the other. What lies outside of the bytes is a RangeError, as it is for DataView:
 * whoever opens a file that may be malformed catches it ({@link unlessMalformed}).
 *
 * 64-bit values are numbers: exact below 2^53, which addresses of user space are.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, at = 0, end: number = bytes.length) {
    if (!(at >= 0 && at <= end && end <= bytes.length)) throw new RangeError(`no bytes from ${at} to ${end}`);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, end);
    this.end = end;
    this.at = at;
  }

  get isAtEnd(): boolean {
    return this.at >= this.end;
  }

  u8(): number {
    return this.#view.getUint8(this.#step(1));
  }

  i8(): number {
    return this.#view.getInt8(this.#step(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#step(2), true);
  }

  i16(): number {
    return this.#view.getInt16(this.#step(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#step(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#step(4), true);
  }

  u64(): number {
    const low = this.u32();
    return this.u32() * TWO_32 + low;
  }

  i64(): number {
    const low = this.u32();
    return this.i32() * TWO_32 + low;
  }

  /** An unsigned number of 1, 2, 4 or 8 bytes. */
  unsigned(bytes: number): number {
    return bytes === 1 ? this.u8() : bytes === 2 ? this.u16() : bytes === 4 ? this.u32() : this.u64();
  }

  uleb(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.u8();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  sleb(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.u8();
      if (byte < 0x80) return value + (byte & 0x40 ? byte - 128 : byte) * factor;
      value += (byte & 0x7f) * factor;
    }
  }

  /** Up to a NUL, which is skipped. */
  text(): string {
    const start = this.at;
    const end = this.#bytes.indexOf(0, start);
    if (end < 0 || end >= this.end) throw new RangeError('a text without end');
    this.at = end + 1;
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + start, end - start).toString();
  }

  take(length: number): Uint8Array {
    const start = this.#step(length);
    if (this.at > this.end) throw new RangeError(`${length} bytes are not there`);
    return this.#bytes.subarray(start, start + length);
  }

  skip(length: number): void {
    this.#step(length);
  }

  #step(length: number): number {
    const { at } = this;
    if (!(length >= 0)) throw new RangeError(`a length of ${length}`);
    this.at = at + length;
    return at;
  }
}

/** The result of reading something, or undefined if its bytes are not what they should be. */
export function unlessMalformed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
