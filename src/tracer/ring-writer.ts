import type { NativeMemory } from '../linux/memory.ts';
import { CONTROL, MAX_RECORD_BYTES, RECORD_KIND, type RecordKind, WORD } from './record.ts';
import type { Ring } from './ring.ts';

const TWO_32 = 2 ** 32;

/**
 * The tracer's end of the ring. A full ring makes it wait for the reader: nothing is dropped.
 *
 * Positions are byte counts modulo 2^32; the ring's size is a power of two.
 */
export class RingWriter {
  readonly #ring: NativeMemory;
  readonly #published: Int32Array;
  /** Where the bytes are counted that the reader may see: an address of this process. */
  readonly publishedAt: number;
  readonly #control: Int32Array;
  readonly #longest: number;
  #written = 0;
  #at = 0;
  /** Bytes of the open record so far. */
  #size = 0;

  /** `longest`: no record has more bytes. */
  constructor(ring: Ring, control: Int32Array, longest: number = MAX_RECORD_BYTES) {
    this.#ring = ring.memory;
    this.#published = ring.written;
    this.publishedAt = ring.writtenAddress;
    this.#longest = longest;
    this.#control = control;
  }

  /** Opens a record with its header; `headBytes` is the size of what is always there. */
  begin(kind: RecordKind, flags: number, tid: number, number: number, time: number, headBytes: number): void {
    this.#reserve();
    const { u32, f64 } = this.#ring;
    const word = this.#at >> 2;
    u32[word + WORD.kind] = kind | (flags << 16);
    u32[word + WORD.tid] = tid;
    u32[word + WORD.number] = number;
    f64[(word + WORD.time) >> 1] = time;
    this.#size = headBytes;
  }

  setWord(index: number, value: number): void {
    this.#ring.u32[(this.#at >> 2) + index] = value;
  }

  setDouble(index: number, value: number): void {
    this.#ring.f64[((this.#at >> 2) + index) >> 1] = value;
  }

  setBytes(index: number, bytes: Uint8Array): void {
    this.#ring.u8.set(bytes, this.#at + index * 4);
  }

  setAbi(abi: number): void {
    this.#ring.u32[(this.#at >> 2) + WORD.kind]! |= abi << 8;
  }

  /** Where the bytes of the next capture go: an address of this process. */
  get captureAddress(): number {
    return this.#ring.address + this.captureOffset;
  }

  /** The same place as an offset in {@link bytes}. */
  get captureOffset(): number {
    return this.#at + this.#size + 8;
  }

  get bytes(): Uint8Array {
    return this.#ring.u8;
  }

  /** How many bytes another capture may have. */
  get captureRoom(): number {
    return this.#longest - this.#size - 16;
  }

  /** Closes a capture whose bytes are in place. */
  endCapture(head: number, length: number): void {
    const { u8, u32 } = this.#ring;
    const word = (this.#at + this.#size) >> 2;
    u32[word] = head;
    u32[word + 1] = length;
    this.#size += 8 + ((length + 7) & ~7);
    // Records of calls that are alike have the same bytes.
    const end = this.#at + this.#size;
    for (let at = (word << 2) + 8 + length; at < end; at++) u8[at] = 0;
  }

  /** Closes the record: the reader may see it now. */
  commit(): void {
    this.#ring.u32[this.#at >> 2] = this.#size;
    this.#advance(this.#size);
  }

  /** An address where records may be written that are published as they are (see Ring): at least one fits, up to {@link roomEnd}. */
  openRoom(): number {
    this.#reserve();
    return this.#ring.address + this.#at;
  }

  /** Where the last record must begin, at the latest. */
  get roomEnd(): number {
    return this.#ring.address + this.#at + this.#longest / 2;
  }

  /** Records were written up to this address. */
  closeRoom(end: number): void {
    this.#written = (this.#written + end - this.#ring.address - this.#at) % TWO_32;
  }

  #reserve(): void {
    const mask = this.#ring.size - 1;
    this.#at = this.#written & mask;
    const tail = this.#ring.size - this.#at;
    if (tail < this.#longest) {
      this.#awaitRoom(tail);
      this.#ring.u32[this.#at >> 2] = tail;
      this.#ring.u32[(this.#at >> 2) + WORD.kind] = RECORD_KIND.padding;
      this.#advance(tail);
      this.#at = 0;
    }
    this.#awaitRoom(this.#longest);
  }

  #advance(bytes: number): void {
    this.#written = (this.#written + bytes) % TWO_32;
    Atomics.store(this.#published, 0, this.#written | 0);
  }

  #awaitRoom(bytes: number): void {
    for (;;) {
      const read = Atomics.load(this.#control, CONTROL.read);
      if (((this.#written - (read >>> 0)) >>> 0) + bytes <= this.#ring.size) return;
      Atomics.wait(this.#control, CONTROL.read, read, 100);
    }
  }
}
