const CLOSED = 0;
const OPEN = 1;
const REFUSED = 2;
/** Whoever is to open it has died without a word, surely. */
const PATIENCE_MS = 30_000;

/**
 * Whether a command that is set up may be executed, as threads tell each other; the first word counts. The thread that opens
 * it must not be the main one: that may wait for the command itself (uv_spawn waits until no process of ours that has yet to
 * be executed has a copy of its pipe).
 */
export class LaunchGate {
  readonly memory: SharedArrayBuffer;
  readonly #word: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.memory = memory;
    this.#word = new Int32Array(memory);
  }

  open(): void {
    this.#say(OPEN);
  }

  refuse(): void {
    this.#say(REFUSED);
  }

  /** Waits for the word; true if it is open. */
  pass(): boolean {
    Atomics.wait(this.#word, 0, CLOSED, PATIENCE_MS);
    return Atomics.load(this.#word, 0) === OPEN;
  }

  #say(word: number): void {
    Atomics.compareExchange(this.#word, 0, CLOSED, word);
    Atomics.notify(this.#word, 0);
  }
}
