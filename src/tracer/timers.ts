/** Things to do at a time: few at once, so a sorted array serves. */
export class Timers<T> {
  #entries: { readonly dueMs: number; readonly value: T }[] = [];

  get size(): number {
    return this.#entries.length;
  }

  /** When the first one is due; Infinity if there is none. */
  get nextMs(): number {
    return this.#entries[0]?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  add(dueMs: number, value: T): void {
    let at = this.#entries.length;
    while (at > 0 && this.#entries[at - 1]!.dueMs > dueMs) at -= 1;
    this.#entries.splice(at, 0, { dueMs, value });
  }

  /** Takes out one that is due; undefined if none is. */
  takeDue(nowMs: number): T | undefined {
    return this.nextMs <= nowMs ? this.#entries.shift()?.value : undefined;
  }

  /** Takes out all for which that is true. */
  takeWhere(wanted: (value: T) => boolean): T[] {
    const taken = this.#entries.filter(({ value }) => wanted(value));
    if (taken.length > 0) this.#entries = this.#entries.filter((entry) => !taken.includes(entry));
    return taken.map(({ value }) => value);
  }
}
