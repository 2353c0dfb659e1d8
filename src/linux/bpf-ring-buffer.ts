import { BpfMap, MAP_TYPE } from './bpf.ts';
import { NativeMemory } from './memory.ts';

/** See the kernel's Documentation/bpf/ringbuf.rst. */
const PAGE = 4096;
const BUSY = 0x80000000;
const DISCARDED = 0x40000000;
const HEADER_BYTES = 8;
const TWO_32 = 2 ** 32;
/** So often does the kernel learn how far we are. */
const RECORDS_A_REPORT = 256;

/** Takes a record: `length` bytes of the ring's memory from `at` on, aligned to 8. They are gone when it returns. */
type Receive = (memory: NativeMemory, at: number, length: number) => void;

/** The reading end of a ring buffer that eBPF programs write to. Nothing wakes the reader: it looks when it likes. */
export class BpfRingBuffer {
  readonly map: BpfMap;
  readonly #size: number;
  readonly #consumer: NativeMemory;
  /** The page of the producer's position, then the data, once: a record that goes over their end is put together. */
  readonly #producer: NativeMemory;
  readonly #joined: NativeMemory;
  /** A byte count: the ring itself holds it modulo its size. */
  #position = 0;

  /** `size`: bytes, a power of two; `largest`: the longest record. Throws SystemCallError. */
  constructor(size: number, largest: number) {
    this.#size = size;
    this.map = new BpfMap(MAP_TYPE.RINGBUF, 0, 0, size);
    this.#consumer = NativeMemory.ofFile(this.map.fd, PAGE, 0, true);
    this.#producer = NativeMemory.ofFile(this.map.fd, PAGE + size, PAGE);
    this.#joined = NativeMemory.allocate(largest);
  }

  /** How much of the ring is in use, from 0 to 1. */
  get fill(): number {
    const written = Atomics.load(this.#producer.i32, 0) >>> 0;
    return ((written - (this.#position % TWO_32)) >>> 0) / this.#size;
  }

  /** Hands over at most `limit` records; returns how many it was. */
  drain(receive: Receive, limit: number): number {
    const memory = this.#producer;
    let count = 0;
    let position = this.#position;
    let written = Atomics.load(memory.i32, 0);
    while (count < limit) {
      if ((position | 0) === written) {
        written = Atomics.load(memory.i32, 0);
        if ((position | 0) === written) break;
      }
      const offset = position % this.#size;
      const header = Atomics.load(memory.i32, (PAGE + offset) >> 2) >>> 0;
      if (header & BUSY) break;
      const length = header & ~(BUSY | DISCARDED);
      if (!(header & DISCARDED)) {
        const at = offset + HEADER_BYTES;
        if (at + length <= this.#size) receive(memory, PAGE + at, length);
        else receive(this.#join(at, length), 0, length);
        count += 1;
      }
      position += (length + HEADER_BYTES + 7) & ~7;
      this.#position = position;
      if (count % RECORDS_A_REPORT === 0) this.#report();
    }
    this.#report();
    return count;
  }

  free(): void {
    this.#consumer.free();
    this.#producer.free();
    this.#joined.free();
    this.map.close();
  }

  #join(at: number, length: number): NativeMemory {
    const { u8 } = this.#producer;
    const first = Math.max(0, this.#size - at);
    const rest = at - this.#size + first;
    this.#joined.u8.set(u8.subarray(PAGE + at, PAGE + at + first));
    this.#joined.u8.set(u8.subarray(PAGE + rest, PAGE + rest + length - first), first);
    return this.#joined;
  }

  /** The high half first: a position that is too low for a moment does no harm. */
  #report(): void {
    this.#consumer.view.setBigUint64(0, BigInt(this.#position), true);
  }
}
