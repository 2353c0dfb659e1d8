/** Words of the memory. */
const WORD = { links: 0, sweeps: 1, sweepsAsked: 2 } as const;
const BYTES = 12;
/** How long the tracer's thread, and with it the tree, may wait for the relay. */
const PATIENCE_MS = 100;

/** A few numbers that the relay's thread shares with the tracer's. */
export class RelayState {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(BYTES)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  /** How many links of UDP sockets there are. */
  get links(): number {
    return Atomics.load(this.#words, WORD.links);
  }

  linkOpened(): void {
    Atomics.add(this.#words, WORD.links, 1);
  }

  linkClosed(): void {
    Atomics.sub(this.#words, WORD.links, 1);
  }

  /** Has the relay look for sockets that are gone, and waits until it has; `wake` lets it see that it is asked. */
  sweep(wake: () => void): void {
    const asked = Atomics.add(this.#words, WORD.sweepsAsked, 1) + 1;
    wake();
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const done = Atomics.load(this.#words, WORD.sweeps);
      const left = deadline - performance.now();
      if (done >= asked || left <= 0) return;
      Atomics.wait(this.#words, WORD.sweeps, done, left);
    }
  }

  /** Whether a sweep is asked for. The relay calls `swept` with what this gave. */
  sweepAsked(): number | undefined {
    const asked = Atomics.load(this.#words, WORD.sweepsAsked);
    return asked > Atomics.load(this.#words, WORD.sweeps) ? asked : undefined;
  }

  swept(asked: number): void {
    Atomics.store(this.#words, WORD.sweeps, asked);
    Atomics.notify(this.#words, WORD.sweeps);
  }
}
