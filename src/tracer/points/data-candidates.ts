import { type Elf, SHT_DYNSYM, SHT_SYMTAB } from '../../symbols/elf.ts';
import { type ElfSymbol, symbolsOf } from '../../symbols/symbols.ts';
import { type MemoryAccess, memoryAccesses } from './memory-accesses.ts';

const SHF_WRITE = 1;
const SHF_TLS = 0x400;
const WORD = 8;

/** A variable of a program that all of its threads have. */
export interface SharedVariable {
  readonly name: string;
  /** As in the file. */
  readonly address: number;
  readonly size: number;
}

/** What a program has that its threads may race for. */
export interface DataCandidates {
  readonly variables: readonly SharedVariable[];
  readonly accesses: readonly MemoryAccess[];
}

/** Those of a program's file; undefined if it has no symbols, so that nobody knows where its variables and functions are. */
export function dataCandidates(elf: Elf): DataCandidates | undefined {
  const full = symbolsOf(elf, SHT_SYMTAB);
  const symbols = full.length > 0 ? full : symbolsOf(elf, SHT_DYNSYM);
  const functions = symbols.filter(({ kind }) => kind === 'function');
  const variables = symbols.filter(isSharedVariable);
  if (functions.every(({ size }) => size === 0) && variables.length === 0) return undefined;
  return { variables: variables.map(withoutSymbol), accesses: memoryAccesses(elf, functions) };
}

function isSharedVariable({ kind, name, size, section: { flags } }: ElfSymbol): boolean {
  return kind === 'object' && size > 0 && (flags & (SHF_WRITE | SHF_TLS)) === SHF_WRITE && !isOfLibraries(name);
}

/** What the compiler and the C library put into every program. */
function isOfLibraries(name: string): boolean {
  return /^(__|completed\.\d+$|stdin\b|stdout\b|stderr\b|environ\b|opt(arg|ind|err|opt)\b)|@/.test(name);
}

function withoutSymbol({ name, address, size }: ElfSymbol): SharedVariable {
  return { name, address, size };
}

/** A part of a variable that the processor can watch, aligned to its size. */
export interface WatchedPart extends SharedVariable {
  readonly size: 1 | 2 | 4 | 8;
}

/** How many parts of 8 bytes a variable has. */
export function partsOf({ size }: SharedVariable): number {
  return Math.max(1, Math.floor(size / WORD));
}

/** A variable that is small enough as a whole, or a part of 8 bytes. */
export function partOf({ name, address, size }: SharedVariable, part: number): WatchedPart {
  const begin = address + part * WORD;
  const widest = ([8, 4, 2] as const).find((width) => width <= size && begin % width === 0) ?? 1;
  return { name: part === 0 ? name : `${name}+${part * WORD}`, address: begin, size: widest };
}
