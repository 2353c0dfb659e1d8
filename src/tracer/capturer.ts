import { IOVEC_BYTES, MSGHDR, MSGHDR_BYTES, POINTER_BYTES } from '../linux/message-header.ts';
import type { TaskMemory } from '../linux/task-memory.ts';
import type { ArgWords } from '../model/arg-words.ts';
import {
  type BehindSize,
  type Capture,
  type CaptureSize,
  type DescriptorDetail,
  MMSGHDR_BYTES,
  MMSGHDR_PARTS,
  RESULT_ARGUMENT,
} from '../model/capture.ts';
import { Labels } from './labels.ts';
import type { RingWriter } from './ring-writer.ts';
import type { Task } from './task.ts';

/** Bytes of a path that the kernel takes, without the NUL. */
const PATH_LIMIT = 4095;
/** Vectors are captured up to this many parts: a part number has 8 bits. */
const MAX_PARTS = 200;
/** A vector whose strings are not captured is only counted. */
const MAX_POINTERS = 4096;
const AT_EXIT = 1;
/** The part of a message that is its array of buffers. */
const MESSAGE_PART = 3;

/** What to copy of an array of buffers: bytes of all together, and of each; the array itself is `part`, its data follow. */
interface VectorData {
  readonly total: number;
  readonly limit: number;
  readonly part: number;
  /** At most so many buffers. */
  readonly most: number;
}

/** Copies what a call points at from the task's memory straight into its record in the ring. */
export class Capturer {
  readonly #memory: TaskMemory;
  readonly #writer: RingWriter;
  readonly #stringLimit: number;
  readonly #labels: Labels;

  /**
   * `stringLimit`: bytes of a string or of data that the trace will show (`-s`); `details`: what is told of descriptors
   * beside their paths.
   */
  constructor(memory: TaskMemory, writer: RingWriter, stringLimit: number, details: readonly DescriptorDetail[]) {
    this.#memory = memory;
    this.#writer = writer;
    this.#stringLimit = stringLimit;
    this.#labels = new Labels(memory, writer, details);
  }

  /** Into the open record. `result` is the value that the call returned, for captures at its exit. */
  capture(captures: readonly Capture[], at: Capture['at'], task: Task, args: ArgWords, result: number): void {
    for (const capture of captures) {
      if (capture.at === at) this.#one(capture, task, args, result);
    }
  }

  #one(capture: Capture, { tid, stackPointer }: Task, args: ArgWords, result: number): void {
    if (capture.kind === 'fd' || capture.kind === 'pid' || capture.kind === 'task') {
      this.#label(capture, tid, capture.arg === RESULT_ARGUMENT ? result : args.i32(capture.arg));
      return;
    }
    const address = args.unsigned(capture.arg);
    if (address === 0 && capture.kind !== 'stack') return;
    const time = capture.at === 'exit' ? AT_EXIT : 0;
    const head = capture.arg | (time << 24);
    switch (capture.kind) {
      case 'string':
        this.#string(head, tid, address, capture.path ? PATH_LIMIT : this.#stringLimit);
        break;
      case 'bytes': {
        const size = this.#size(capture.size, tid, args, result);
        this.#bytes(head, tid, address, size, capture.text ? this.#stringLimit : size);
        break;
      }
      case 'strings':
        this.#vector(head, tid, address, true);
        break;
      case 'pointers':
        this.#vector(head, tid, address, false);
        break;
      case 'behind':
        this.#behind(head | (capture.part << 8), tid, address, capture);
        break;
      case 'stack':
        this.#bytes(head, tid, stackPointer + capture.offset, capture.size, capture.size);
        break;
      case 'iovec': {
        const total = capture.data === 'result' ? result : Number.POSITIVE_INFINITY;
        const limit = capture.whole ? Number.POSITIVE_INFINITY : this.#stringLimit;
        this.#iovec(head, tid, address, this.#size(capture.count, tid, args, result), {
          total,
          limit,
          part: 0,
          most: MAX_PARTS,
        });
        break;
      }
      case 'fds':
        this.#labels.array(time, tid, address, this.#size(capture.count, tid, args, result), capture.stride);
        break;
      case 'fd-set':
        this.#labels.set(time, tid, address, capture.descriptors);
        break;
      case 'rights':
        this.#labels.rights(time, tid, address);
        break;
      case 'msghdr':
        this.#msghdr(head, tid, address, {
          total: capture.data === 'result' ? result : Number.POSITIVE_INFINITY,
          limit: capture.whole ? Number.POSITIVE_INFINITY : this.#stringLimit,
          part: MESSAGE_PART,
          most: MAX_PARTS,
        });
        break;
      case 'mmsghdr':
        this.#messages(head, tid, address, this.#size(capture.count, tid, args, result));
        break;
    }
  }

  #behind(head: number, tid: number, address: number, { offset, size, text }: Capture & { kind: 'behind' }): void {
    const target = this.#word(tid, address + offset, POINTER_BYTES);
    if (target === 0) return;
    if (size === 'string') {
      this.#string(head, tid, target, this.#stringLimit);
      return;
    }
    const length = this.#behindSize(tid, address, size);
    this.#bytes(head, tid, target, length, text ? this.#stringLimit : length);
  }

  #behindSize(tid: number, address: number, size: Exclude<BehindSize, 'string'>): number {
    return typeof size === 'number' ? size : this.#word(tid, address + size.at, size.width) * (size.times ?? 1);
  }

  /** A little-endian number; 0 if it can't be read. */
  #word(tid: number, address: number, bytes: number): number {
    if (this.#memory.read(tid, address, bytes) < bytes) return 0;
    let value = 0;
    for (let i = bytes - 1; i >= 0; i--) value = value * 256 + this.#memory.buffer[i]!;
    return value;
  }

  #label({ kind, at }: Capture, tid: number, value: number): void {
    const time = at === 'exit' ? AT_EXIT : 0;
    if (kind === 'fd') this.#labels.descriptor(time, tid, value);
    else this.#labels.process(time, kind === 'task' ? tid : value);
  }

  #size(size: CaptureSize, tid: number, args: ArgWords, result: number): number {
    if (typeof size === 'number') return size;
    if ('arg' in size) return (size.int ? args.i32(size.arg) : args.signed(size.arg)) * (size.times ?? 1);
    if ('result' in size) return result * (size.times ?? 1);
    const { buffer } = this.#memory;
    if (this.#memory.read(tid, args.unsigned(size.pointedBy), 4) < 4) return 0;
    return buffer[0]! | (buffer[1]! << 8) | (buffer[2]! << 16) | (buffer[3]! << 24);
  }

  #string(head: number, tid: number, address: number, limit: number): void {
    const writer = this.#writer;
    const wanted = Math.min(limit + 1, writer.captureRoom);
    const place = writer.captureAddress;
    const length = this.#memory.readStringTo(tid, address, wanted, place, writer.bytes, writer.captureOffset);
    if (length < 0) return;
    writer.endCapture(length > limit ? head | CUT : head, Math.min(length, limit));
  }

  #bytes(head: number, tid: number, address: number, size: number, limit: number): void {
    if (!(size > 0)) return;
    const writer = this.#writer;
    const wanted = Math.min(size, limit, writer.captureRoom);
    const length = this.#memory.readTo(tid, address, wanted, writer.captureAddress);
    if (length > 0) writer.endCapture(size > wanted ? head | CUT : head, length);
  }

  #vector(head: number, tid: number, address: number, withStrings: boolean): void {
    const most = withStrings ? MAX_PARTS : MAX_POINTERS;
    const length = this.#memory.read(tid, address, (most + 1) * POINTER_BYTES);
    const words = new Uint32Array(this.#memory.buffer.slice(0, length).buffer, 0, length >> 2);
    let count = 0;
    while (2 * count + 1 < words.length && (words[2 * count] !== 0 || words[2 * count + 1] !== 0)) count += 1;
    const complete = 2 * count + 1 < words.length;
    const shown = Math.min(count, most);
    // A vector of nothing is one all the same.
    if (shown === 0 && complete) this.#writer.endCapture(head, 0);
    this.#bytes(complete ? head : head | CUT, tid, address, shown * POINTER_BYTES, shown * POINTER_BYTES);
    for (let i = 0; withStrings && i < shown; i++) {
      this.#string(head | ((i + 1) << 8), tid, words[2 * i + 1]! * 2 ** 32 + words[2 * i]!, this.#stringLimit);
    }
  }

  #iovec(head: number, tid: number, address: number, count: number, { total, limit, part, most }: VectorData): void {
    const parts = Math.min(count, most);
    const size = parts * IOVEC_BYTES;
    if (!(size > 0)) return;
    this.#bytes(head | (part << 8), tid, address, size, size);
    const length = this.#memory.read(tid, address, size);
    const words = new Uint32Array(this.#memory.buffer.slice(0, length).buffer, 0, length >> 2);
    let left = total;
    for (let i = 0; i < length / IOVEC_BYTES && left > 0; i++) {
      const base = words[4 * i + 1]! * 2 ** 32 + words[4 * i]!;
      const bytes = Math.min(words[4 * i + 3]! * 2 ** 32 + words[4 * i + 2]!, left);
      this.#bytes(head | ((part + 1 + i) << 8), tid, base, bytes, limit);
      left -= bytes;
    }
  }

  /** An array of messages, with the parts of the first ones. */
  #messages(head: number, tid: number, address: number, count: number): void {
    this.#bytes(head, tid, address, count * MMSGHDR_BYTES, MAX_PARTS * MMSGHDR_BYTES);
    const data = { total: Number.POSITIVE_INFINITY, limit: this.#stringLimit, most: MMSGHDR_PARTS - MESSAGE_PART };
    for (let i = 0; i < Math.min(count, Math.floor(MAX_PARTS / MMSGHDR_PARTS)); i++) {
      const part = i * MMSGHDR_PARTS + MESSAGE_PART;
      this.#pieces(head, tid, address + i * MMSGHDR_BYTES, { ...data, part });
    }
  }

  #msghdr(head: number, tid: number, address: number, data: VectorData): void {
    this.#bytes(head, tid, address, MSGHDR_BYTES, MSGHDR_BYTES);
    this.#pieces(head, tid, address, data);
  }

  /** What a struct msghdr points at: name and control data are the parts before the array of buffers. */
  #pieces(head: number, tid: number, address: number, data: VectorData): void {
    if (this.#memory.read(tid, address, MSGHDR_BYTES) < MSGHDR_BYTES) return;
    const view = new DataView(this.#memory.buffer.slice(0, MSGHDR_BYTES).buffer);
    const pointer = (at: number) => Number(view.getBigUint64(at, true));
    const nameLength = view.getUint32(MSGHDR.nameLength, true);
    const controlLength = pointer(MSGHDR.controlLength);
    if (pointer(MSGHDR.name) !== 0) {
      this.#bytes(head | ((data.part - 2) << 8), tid, pointer(MSGHDR.name), nameLength, nameLength);
    }
    if (pointer(MSGHDR.control) !== 0) {
      this.#bytes(head | ((data.part - 1) << 8), tid, pointer(MSGHDR.control), controlLength, controlLength);
    }
    this.#iovec(head, tid, pointer(MSGHDR.iov), pointer(MSGHDR.iovLength), data);
  }
}

const CUT = 1 << 16;
