import { descriptorPath, taskName } from '../linux/fds.ts';
import type { TaskMemory } from '../linux/task-memory.ts';
import { type DescriptorDetail, LABEL, type LabelKind } from '../model/capture.ts';
import { DescriptorDetails } from './descriptor-details.ts';
import type { RingWriter } from './ring-writer.ts';

/** More descriptors of one array are never told. */
const MOST = 64;
const POINTER_SIZE = 8;
/** Where msg_control and its length lie in struct msghdr; and what is in struct cmsghdr. */
const CONTROL = { pointer: 32, length: 40, header: 16 } as const;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;

/** Writes into the open record what numbers of a call are: paths of descriptors, names of processes. */
export class Labels {
  readonly #memory: TaskMemory;
  readonly #writer: RingWriter;
  readonly #details: DescriptorDetails;

  constructor(memory: TaskMemory, writer: RingWriter, details: readonly DescriptorDetail[]) {
    this.#memory = memory;
    this.#writer = writer;
    this.#details = new DescriptorDetails(details);
  }

  descriptor(time: number, tid: number, fd: number): void {
    const path = descriptorPath(tid, fd);
    if (path === undefined) return;
    const details = this.#details.of(tid, fd, path.toString('latin1'));
    this.#write(
      LABEL.descriptor,
      time,
      fd,
      details === undefined ? path : Buffer.concat([path, Buffer.from(`\0${details}`, 'latin1')]),
    );
  }

  process(time: number, tid: number): void {
    const name = tid > 0 ? taskName(tid) : undefined;
    if (name !== undefined) this.#write(LABEL.process, time, tid, name);
  }

  /** Elements that begin with a descriptor. */
  array(time: number, tid: number, address: number, count: number, stride: number): void {
    const words = this.#words(tid, address, Math.min(count, MOST) * stride);
    for (let at = 0; at < words.length; at += stride / 4) this.descriptor(time, tid, words[at]!);
  }

  /** The members of a set of select(2). */
  set(time: number, tid: number, address: number, descriptors: number): void {
    const words = this.#words(tid, address, Math.ceil(descriptors / 32) * 4);
    let found = 0;
    const end = Math.min(descriptors, words.length * 32);
    for (let fd = 0; fd < end && found < MOST; fd++) {
      if ((words[fd >> 5]! >> (fd & 31)) & 1) {
        this.descriptor(time, tid, fd);
        found += 1;
      }
    }
  }

  /** Descriptors that a message passes on (SCM_RIGHTS). */
  rights(time: number, tid: number, header: number): void {
    const [pointer = 0, length = 0] = this.#pointers(tid, header + CONTROL.pointer, 2);
    const control = this.#words(tid, pointer, Math.min(length, this.#memory.buffer.length));
    for (let at = 0; at + CONTROL.header / 4 <= control.length; ) {
      const bytes = control[at]!;
      if (control[at + 2] === SOL_SOCKET && control[at + 3] === SCM_RIGHTS) {
        const end = Math.min(at + (bytes >> 2), control.length, at + MOST);
        for (let i = at + CONTROL.header / 4; i < end; i++) this.descriptor(time, tid, control[i]!);
      }
      if (bytes < CONTROL.header) return;
      at += Math.ceil(bytes / 8) * 2;
    }
  }

  #words(tid: number, address: number, size: number): Int32Array {
    const length = address === 0 ? 0 : this.#memory.read(tid, address, size);
    return new Int32Array(this.#memory.buffer.slice(0, length & ~3).buffer);
  }

  #pointers(tid: number, address: number, count: number): number[] {
    const words = new Uint32Array(this.#words(tid, address, count * POINTER_SIZE).buffer);
    return Array.from({ length: words.length >> 1 }, (_, i) => words[2 * i + 1]! * 2 ** 32 + words[2 * i]!);
  }

  #write(kind: LabelKind, time: number, value: number, text: Uint8Array): void {
    const size = 4 + text.length;
    if (size > this.#writer.captureRoom) return;
    const at = this.#writer.captureOffset;
    const { bytes } = this.#writer;
    bytes[at] = value;
    bytes[at + 1] = value >> 8;
    bytes[at + 2] = value >> 16;
    bytes[at + 3] = value >> 24;
    bytes.set(text, at + 4);
    this.#writer.endCapture(kind | (time << 24), size);
  }
}
