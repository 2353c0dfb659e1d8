/** A queue by time: what is due first comes out first, and in order of arrival where times are equal. */
export class Schedule<T> {
  readonly #times: number[] = [];
  readonly #orders: number[] = [];
  readonly #items: T[] = [];
  #arrivals = 0;

  get size(): number {
    return this.#items.length;
  }

  /** When the first item is due; Infinity if there is none. */
  get nextTime(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY;
  }

  add(time: number, item: T): void {
    const order = this.#arrivals++;
    let at = this.#items.length;
    this.#items.push(item);
    this.#times.push(time);
    this.#orders.push(order);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      // An equal time means that the parent arrived earlier.
      if (this.#times[parent]! <= time) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#put(at, time, order, item);
  }

  /** Takes out what is due first. The queue must not be empty. */
  take(): T {
    const first = this.#items[0]!;
    const item = this.#items.pop()!;
    const time = this.#times.pop()!;
    const order = this.#orders.pop()!;
    const size = this.#items.length;
    if (size === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child + 1 < size && this.#before(child + 1, child)) child++;
      if (child >= size || !this.#earlier(child, time, order)) break;
      this.#move(child, at);
      at = child;
    }
    this.#put(at, time, order, item);
    return first;
  }

  #before(a: number, b: number): boolean {
    return this.#earlier(a, this.#times[b]!, this.#orders[b]!);
  }

  #earlier(at: number, time: number, order: number): boolean {
    return this.#times[at]! < time || (this.#times[at] === time && this.#orders[at]! < order);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#times[from]!, this.#orders[from]!, this.#items[from]!);
  }

  #put(at: number, time: number, order: number, item: T): void {
    this.#times[at] = time;
    this.#orders[at] = order;
    this.#items[at] = item;
  }
}
