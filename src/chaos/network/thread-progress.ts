/** Words of the memory. */
const WORD = { answers: 0, passed: 1, waiting: 2 } as const;
const BYTES = 12;

/** How a network goes on, for whoever wants to know whether a tree that uses no CPU is idle. */
export interface NetworkActivity {
  /**
   * How many packets (of the emulation: pieces of a connection, and datagrams) that carry something new have been let through,
   * either way. It wraps around at 2^32: what matters is that it has changed.
   */
  readonly passed: number;
  /** How many are held until they are due. */
  readonly waiting: number;
}

/** What the network's thread shows of itself at any time, without being asked. */
export class ThreadProgress {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(BYTES)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  get activity(): NetworkActivity {
    const [passed, waiting] = [Atomics.load(this.#words, WORD.passed), Atomics.load(this.#words, WORD.waiting)];
    return { passed: passed >>> 0, waiting };
  }

  show({ passed, waiting }: NetworkActivity): void {
    Atomics.store(this.#words, WORD.passed, passed);
    Atomics.store(this.#words, WORD.waiting, waiting);
  }

  /** How many requests have been answered. */
  get answers(): number {
    return Atomics.load(this.#words, WORD.answers);
  }

  answered(): void {
    Atomics.add(this.#words, WORD.answers, 1);
    Atomics.notify(this.#words, WORD.answers);
  }

  /** Waits until there are more answers than `before`, but not for longer than that. */
  awaitAnswer(before: number, longestMs: number): void {
    Atomics.wait(this.#words, WORD.answers, before, longestMs);
  }
}
