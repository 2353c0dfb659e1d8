/** Hands on values in the order of their numbers, from 0, in whatever order they come. */
export class InOrder<T> {
  readonly #waiting = new Map<number, T>();
  readonly #handOn: (value: T) => void;
  #next = 0;

  constructor(handOn: (value: T) => void) {
    this.#handOn = handOn;
  }

  put(number: number, value: T): void {
    this.#waiting.set(number, value);
    for (let next = this.#waiting.get(this.#next); next !== undefined; next = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next);
      this.#next++;
      this.#handOn(next);
    }
  }

  /** Those that wait for one that will not come. */
  rest(): T[] {
    const rest = [...this.#waiting].sort(([a], [b]) => a - b).map(([, value]) => value);
    this.#waiting.clear();
    return rest;
  }
}
