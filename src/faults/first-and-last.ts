/** Of a list that grows for as long as a run does, so many are kept of its beginning, and of its end. */
const MAX_FIRST = 10_000;
const MAX_LAST = 1_000;

/** Keeps the first and the last of what is added, and counts what is left out between them: bounded, however much that is. */
export class FirstAndLast<Item> {
  readonly #maxFirst: number;
  readonly #maxLast: number;
  readonly #first: Item[] = [];
  /** A ring: the next one takes the place of the oldest. */
  readonly #last: Item[] = [];
  #next = 0;
  #omitted = 0;

  constructor(maxFirst: number = MAX_FIRST, maxLast: number = MAX_LAST) {
    this.#maxFirst = maxFirst;
    this.#maxLast = maxLast;
  }

  add(item: Item): void {
    if (this.#first.length < this.#maxFirst) {
      this.#first.push(item);
      return;
    }
    if (this.#last.length === this.#maxLast) this.#omitted += 1;
    this.#last[this.#next] = item;
    this.#next = (this.#next + 1) % this.#maxLast;
  }

  /** What is kept, in the order in which it was added. */
  get kept(): Item[] {
    const oldest = this.#last.length === this.#maxLast ? this.#next : 0;
    return [...this.#first, ...this.#last.slice(oldest), ...this.#last.slice(0, oldest)];
  }

  get omitted(): number {
    return this.#omitted;
  }
}
