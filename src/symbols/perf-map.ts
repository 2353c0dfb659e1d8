import type { SymbolAt } from './symbol-table.ts';

interface Entry {
  readonly start: number;
  readonly size: number;
  readonly name: string;
}

const LINE = /^([0-9a-f]+) ([0-9a-f]+) (.+)$/i;

/** How many functions that began before an address are looked at. */
const DEEPEST_NESTING = 8;

/**
 * The functions that a compiler at run time has made, as perf(1) reads them from /tmp/perf-PID.map: lines of `start size name`, in
 * hexadecimal, more of which come as the program goes on. Where code was put in the place of other code the later line counts.
 */
export class PerfMap {
  readonly #entries = new Map<number, Entry>();
  #sorted: readonly Entry[] | undefined = [];

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** Takes the lines that the file has more than before. */
  add(text: string): void {
    for (const line of text.split('\n')) {
      const [, start, size, name] = LINE.exec(line) ?? [];
      if (name === undefined) continue;
      const entry = { start: Number.parseInt(start!, 16), size: Number.parseInt(size!, 16), name };
      this.#entries.set(entry.start, entry);
      this.#sorted = undefined;
    }
  }

  at(address: number): SymbolAt | undefined {
    this.#sorted ??= [...this.#entries.values()].sort((a, b) => a.start - b.start);
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sorted[middle]!.start <= address) low = middle + 1;
      else high = middle;
    }
    for (let i = low - 1; i >= 0 && i >= low - DEEPEST_NESTING; i--) {
      const { start, size, name } = this.#sorted[i]!;
      if (address < start + size) return { name, offset: address - start };
    }
    return undefined;
  }
}
