import { ByteReader, unlessMalformed } from './byte-reader.ts';
import type { Elf } from './elf.ts';
import { type LineProgram, readLineProgram } from './line-program.ts';

/** A stretch of code whose lines one run of a program tells. */
interface Sequence {
  readonly low: number;
  readonly high: number;
  readonly program: LineProgram;
  /** Where the run begins in .debug_line. */
  readonly at: number;
}

/** How many stretches that begin before an address are looked at: they hardly ever overlap. */
const DEEPEST_OVERLAP = 4;

/** Which line of which source code comes from: .debug_line, versions 2 to 5 (chapter 6.2 of DWARF). */
export class LineTable {
  readonly #lines: Uint8Array;
  readonly #names: Uint8Array;
  #sequences: readonly Sequence[] | undefined;

  private constructor(lines: Uint8Array, names: Uint8Array) {
    this.#lines = lines;
    this.#names = names;
  }

  /** Undefined if the file has no lines. */
  static of(elf: Elf): LineTable | undefined {
    const lines = elf.bytes(elf.section('.debug_line'));
    return lines && new LineTable(lines, elf.bytes(elf.section('.debug_line_str')) ?? new Uint8Array());
  }

  /** `main.c:12`, with the directory that the compiler was told; undefined if nothing is known of the address. */
  at(address: number): string | undefined {
    this.#sequences ??= this.#find();
    let low = 0;
    let high = this.#sequences.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sequences[middle]!.low <= address) low = middle + 1;
      else high = middle;
    }
    for (let i = low - 1; i >= 0 && i >= low - DEEPEST_OVERLAP; i--) {
      const sequence = this.#sequences[i]!;
      if (address < sequence.high) return this.#lineIn(sequence, address);
    }
    return undefined;
  }

  #find(): Sequence[] {
    const found: Sequence[] = [];
    for (let at = 0; at < this.#lines.length; ) {
      const program = unlessMalformed(() => readLineProgram(this.#lines, at, this.#names));
      if (program === undefined) break;
      unlessMalformed(() => findSequences(this.#lines, program, found));
      at = program.end;
    }
    // Code that the linker has left out is said to be at 0.
    return found.filter(({ low }) => low > 0).sort((a, b) => a.low - b.low);
  }

  #lineIn({ program, at }: Sequence, address: number): string | undefined {
    let file = 0;
    let line = 0;
    unlessMalformed(() =>
      program.run(new ByteReader(this.#lines, at, program.end), (row) => {
        if (row.address > address) return;
        file = row.file;
        line = row.line;
      }),
    );
    const name = program.files[file];
    return line === 0 || name === undefined ? undefined : `${name}:${line}`;
  }
}

function findSequences(lines: Uint8Array, program: LineProgram, found: Sequence[]): void {
  const reader = new ByteReader(lines, program.start, program.end);
  while (!reader.isAtEnd) {
    const { at } = reader;
    let low = Number.POSITIVE_INFINITY;
    const high = program.run(reader, ({ address }) => {
      low = Math.min(low, address);
    });
    if (low < high) found.push({ low, high, program, at });
  }
}
