import { type Elf, SHT_DYNSYM, SHT_SYMTAB, textAt } from './elf.ts';

/** A function, and how far into it an address is. */
export interface SymbolAt {
  readonly name: string;
  readonly offset: number;
}

const SYMBOL_BYTES = 24;
const SYMBOL_WORDS = SYMBOL_BYTES / 4;
const STT_FUNC = 2;
const STT_GNU_IFUNC = 10;
const STB_LOCAL = 0;
const SHN_UNDEF = 0;
const TWO_32 = 2 ** 32;

/** How many functions that begin later, but end too early, may lie between a function's start and an address in it. */
const DEEPEST_NESTING = 16;

/** The functions of an object file by address: with large programs these are many, so there is no object for each. */
export class SymbolTable {
  readonly #names: Uint8Array;
  /** Sorted; beside each address the size of its function, and where its name is. */
  readonly #addresses: Float64Array;
  readonly #sizes: Float64Array;
  readonly #nameOffsets: Uint32Array;

  private constructor(symbols: Uint32Array, names: Uint8Array) {
    this.#names = names;
    const functions = functionsIn(symbols);
    // Of several names for one place, one that other files can link to.
    functions.sort(
      (a, b) => startOf(symbols, a) - startOf(symbols, b) || bindingRank(symbols, a) - bindingRank(symbols, b),
    );
    const count = functions.length;
    this.#addresses = new Float64Array(count);
    this.#sizes = new Float64Array(count);
    this.#nameOffsets = new Uint32Array(count);
    functions.forEach((index, place) => {
      this.#addresses[place] = startOf(symbols, index);
      this.#sizes[place] = sizeOf(symbols, index);
      this.#nameOffsets[place] = symbols[SYMBOL_WORDS * index]!;
    });
  }

  /** The tables that a file has: first the one for the dynamic loader, then the one for linking and debugging. */
  static of(elf: Elf): SymbolTable[] {
    return [SHT_DYNSYM, SHT_SYMTAB].flatMap((type) => {
      const section = elf.sections.find((candidate) => candidate.type === type);
      const bytes = elf.bytes(section);
      const names = section && elf.bytes(elf.sections[section.link]);
      if (!bytes || !names) return [];
      return [new SymbolTable(wordsOf(bytes), names)];
    });
  }

  /** The function that an address (as in the file) is in. */
  at(address: number): SymbolAt | undefined {
    const last = this.#lastUpTo(address);
    for (let place = last; place >= 0 && place > last - DEEPEST_NESTING; place--) {
      while (place > 0 && this.#addresses[place - 1] === this.#addresses[place]) place--;
      const offset = address - this.#addresses[place]!;
      const size = this.#sizes[place]!;
      // One without a size reaches to the next.
      if (offset < size || (size === 0 && this.#addresses[last] === this.#addresses[place])) {
        return { name: textAt(this.#names, this.#nameOffsets[place]!), offset };
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

/** The words of whole symbols. What was read need not be aligned: then they are a copy. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const length = bytes.length - (bytes.length % SYMBOL_BYTES);
  const isAligned = bytes.byteOffset % Uint32Array.BYTES_PER_ELEMENT === 0;
  const { buffer, byteOffset } = isAligned ? bytes : new Uint8Array(bytes);
  return new Uint32Array(buffer, byteOffset, length / Uint32Array.BYTES_PER_ELEMENT);
}

/** The indices of the symbols that are functions. */
function functionsIn(symbols: Uint32Array): Uint32Array {
  const found = new Uint32Array(symbols.length / SYMBOL_WORDS);
  let count = 0;
  for (let index = 0; index < found.length; index++) if (isFunction(symbols, index)) found[count++] = index;
  return found.subarray(0, count);
}

/** struct Elf64_Sym as words: name; info, other and section; value; size. */
function isFunction(symbols: Uint32Array, index: number): boolean {
  const word = symbols[SYMBOL_WORDS * index + 1]!;
  const type = word & 0xf;
  return (type === STT_FUNC || type === STT_GNU_IFUNC) && word >>> 16 !== SHN_UNDEF;
}

function bindingRank(symbols: Uint32Array, index: number): 0 | 1 {
  return ((symbols[SYMBOL_WORDS * index + 1]! >> 4) & 0xf) === STB_LOCAL ? 1 : 0;
}

function startOf(symbols: Uint32Array, index: number): number {
  return symbols[SYMBOL_WORDS * index + 3]! * TWO_32 + symbols[SYMBOL_WORDS * index + 2]!;
}

function sizeOf(symbols: Uint32Array, index: number): number {
  return symbols[SYMBOL_WORDS * index + 5]! * TWO_32 + symbols[SYMBOL_WORDS * index + 4]!;
}
