/** Values that are equal are one: a run makes the same call in the same way again and again, and is kept and sent as a whole. */
export class Interned<T> {
  readonly #known = new Map<string, T>();
  readonly #keyOf: (value: T) => string;

  /** `keyOf`: the same for equal values only. */
  constructor(keyOf: (value: T) => string) {
    this.#keyOf = keyOf;
  }

  /** The first value that was equal to this one. */
  of(value: T): T {
    const key = this.#keyOf(value);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, value);
    return value;
  }
}
