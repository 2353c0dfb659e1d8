/** Values that come by themselves, for whoever takes them one after another with `for await`. */
export class EventStream<T> implements AsyncIterable<T> {
  readonly #waiting: T[] = [];
  #wake: (() => void) | undefined;
  #ended = false;
  #taken = false;

  /** Keeps a value until it is taken. Before anybody asks for values, and after {@link end}, nothing is kept. */
  push(value: T): void {
    if (!this.#taken || this.#ended) return;
    this.#waiting.push(value);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    this.#taken = true;
    return this.#values();
  }

  async *#values(): AsyncGenerator<T, void, void> {
    for (;;) {
      while (this.#waiting.length > 0) yield this.#waiting.shift()!;
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
