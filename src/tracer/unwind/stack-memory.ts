import type { TaskMemory } from '../../linux/task-memory.ts';

const TWO_32 = 2 ** 32;
/** How much is read at once: what most stacks need up to where they began. */
const WINDOW = 8192;

/**
 * The memory of a stopped task as an unwinder reads it: words here and there, most of them near each other. What has been
 * read is kept until the task goes on ({@link begin}).
 */
export class StackMemory {
  readonly #memory: TaskMemory;
  readonly #view: DataView;
  #tid = 0;
  #start = 0;
  #end = 0;

  constructor(memory: TaskMemory) {
    this.#memory = memory;
    this.#view = new DataView(memory.buffer.buffer, memory.buffer.byteOffset, memory.buffer.length);
  }

  /** Forgets what was read of another task, or at another time. */
  begin(tid: number): void {
    this.#tid = tid;
    this.#start = 0;
    this.#end = 0;
  }

  /** Eight bytes as a number (exact for addresses of user space); NaN if they can't be read. */
  word(address: number): number {
    const at = this.#place(address);
    return at < 0 ? Number.NaN : this.#view.getUint32(at + 4, true) * TWO_32 + this.#view.getUint32(at, true);
  }

  bigWord(address: number): bigint | undefined {
    const at = this.#place(address);
    return at < 0 ? undefined : this.#view.getBigUint64(at, true);
  }

  /** A copy of some bytes, fewer where the mapping ends. */
  bytes(address: number, length: number): Uint8Array {
    this.#end = 0;
    return this.#memory.buffer.slice(0, this.#memory.read(this.#tid, address, length));
  }

  #place(address: number): number {
    if (!(address >= this.#start && address + 8 <= this.#end)) {
      this.#start = address;
      this.#end = address + this.#memory.read(this.#tid, address, WINDOW);
      if (address + 8 > this.#end) return -1;
    }
    return address - this.#start;
  }
}
