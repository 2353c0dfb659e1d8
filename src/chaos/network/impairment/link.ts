/** What waits before a narrow link: at least this much, or what it carries in one second. */
const LEAST_BACKLOG_BYTES = 1 << 20;
const BACKLOG_MS = 1000;

/** A link that carries so many bytes a second, one packet after the other, with a queue before it that drops at its end. */
export class Link {
  readonly #bytesPerMs: number;
  readonly #backlogMs: number;
  #freeAt = 0;

  constructor(bytesPerSecond: number) {
    this.#bytesPerMs = bytesPerSecond / 1000;
    this.#backlogMs = Math.max(LEAST_BACKLOG_BYTES / this.#bytesPerMs, BACKLOG_MS);
  }

  /** When a packet that arrives at `time` has passed the link; undefined if the queue has no room for it. */
  pass(time: number, bytes: number): number | undefined {
    const start = Math.max(this.#freeAt, time);
    if (start - time > this.#backlogMs) return undefined;
    this.#freeAt = start + bytes / this.#bytesPerMs;
    return this.#freeAt;
  }
}
