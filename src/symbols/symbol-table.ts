import { type Elf, SHT_DYNSYM, SHT_SYMTAB, textAt } from './elf.ts';

/** A function, and how far into it an address is. */
export interface SymbolAt {
  readonly name: string;
  readonly offset: number;
}

const SYMBOL_BYTES = 24;
const STT_FUNC = 2;
const STT_GNU_IFUNC = 10;
const STB_LOCAL = 0;
const SHN_UNDEF = 0;
const TWO_32 = 2 ** 32;

/** How many functions that begin later, but end too early, may lie between a function's start and an address in it. */
const DEEPEST_NESTING = 16;

/** The functions of an object file by address. */
export class SymbolTable {
  readonly #names: Uint8Array;
  readonly #symbols: Uint32Array;
  /** Sorted, and beside each address the index of its symbol. */
  readonly #addresses: Float64Array;
  readonly #indices: Uint32Array;

  private constructor(symbols: Uint32Array, names: Uint8Array) {
    this.#symbols = symbols;
    this.#names = names;
    const count = Math.floor(symbols.length / 6);
    const functions = [...Array(count).keys()].filter((index) => isFunction(symbols, index));
    const byAddress = functions.map((index) => ({ index, address: startOf(symbols, index) }));
    // Of several names for one place, one that other files can link to.
    byAddress.sort((a, b) => a.address - b.address || bindingRank(symbols, a.index) - bindingRank(symbols, b.index));
    this.#addresses = Float64Array.from(byAddress, ({ address }) => address);
    this.#indices = Uint32Array.from(byAddress, ({ index }) => index);
  }

  /** The tables that a file has: first the one for the dynamic loader, then the one for linking and debugging. */
  static of(elf: Elf): SymbolTable[] {
    return [SHT_DYNSYM, SHT_SYMTAB].flatMap((type) => {
      const section = elf.sections.find((candidate) => candidate.type === type);
      const bytes = elf.bytes(section);
      const names = section && elf.bytes(elf.sections[section.link]);
      if (!bytes || !names) return [];
      // A copy: what was read need not be aligned.
      const whole = new Uint8Array(bytes.subarray(0, bytes.length - (bytes.length % SYMBOL_BYTES)));
      return [new SymbolTable(new Uint32Array(whole.buffer), names)];
    });
  }

  /** The function that an address (as in the file) is in. */
  at(address: number): SymbolAt | undefined {
    const last = this.#lastUpTo(address);
    for (let place = last; place >= 0 && place > last - DEEPEST_NESTING; place--) {
      while (place > 0 && this.#addresses[place - 1] === this.#addresses[place]) place--;
      const index = this.#indices[place]!;
      const offset = address - this.#addresses[place]!;
      const size = this.#symbols[6 * index + 5]! * TWO_32 + this.#symbols[6 * index + 4]!;
      // One without a size reaches to the next.
      if (offset < size || (size === 0 && this.#addresses[last] === this.#addresses[place])) {
        return { name: textAt(this.#names, this.#symbols[6 * index]!), offset };
      }
    }
    return undefined;
  }

  #lastUpTo(address: number): number {
    let low = 0;
    let high = this.#addresses.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#addresses[middle]! <= address) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** struct Elf64_Sym as words: name; info, other and section; value; size. */
function isFunction(symbols: Uint32Array, index: number): boolean {
  const word = symbols[6 * index + 1]!;
  const type = word & 0xf;
  return (type === STT_FUNC || type === STT_GNU_IFUNC) && word >>> 16 !== SHN_UNDEF;
}

function bindingRank(symbols: Uint32Array, index: number): 0 | 1 {
  return ((symbols[6 * index + 1]! >> 4) & 0xf) === STB_LOCAL ? 1 : 0;
}

function startOf(symbols: Uint32Array, index: number): number {
  return symbols[6 * index + 3]! * TWO_32 + symbols[6 * index + 2]!;
}
