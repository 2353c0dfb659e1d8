import { ArgWords } from '../model/arg-words.ts';
import type { ArgumentType } from './argument-type.ts';
import { definedNumbers, signatureOf } from './signatures.ts';
import { syscallEntry, syscallNumbers } from './syscall-table.ts';

/** How much of a call is decoded: all arguments, not all, or none beyond what its table says of them. */
export interface Coverage {
  readonly name: string;
  readonly level: 'fully' | 'partly' | 'as numbers';
  /** What is not decoded: the argument, and how it is printed. */
  readonly gaps: readonly string[];
}

const ARGUMENTS = 6;

/** Words that decide what arguments mean: small numbers, single bits, and some of ioctl(2) and ptrace(2). */
const TELLING_WORDS: readonly number[] = [
  ...Array.from({ length: 100 }, (_, i) => i),
  ...Array.from({ length: 32 }, (_, bit) => 2 ** bit),
  0x5401,
  0x4200,
  0x4206,
  0xffff_ffff,
];

/** What is decoded of each call of the x86-64 table, asked of the types of its arguments. */
export function coverage(): readonly Coverage[] {
  const defined = new Set(definedNumbers());
  return syscallNumbers().map((nr) => {
    const { name } = syscallEntry(nr)!;
    if (!defined.has(nr) && syscallEntry(nr)!.args.length > 0) return { name, level: 'as numbers', gaps: [] };
    const gaps = gapsOf(nr);
    return { name, level: gaps.length === 0 ? 'fully' : 'partly', gaps };
  });
}

/** The gaps of all the forms that the arguments of a call can take. */
function gapsOf(nr: number): readonly string[] {
  const gaps = new Set<string>();
  const { argumentsOf } = signatureOf(nr, 'x86_64');
  for (let decisive = 0; decisive < ARGUMENTS; decisive++) {
    for (const value of TELLING_WORDS) {
      const words = new Uint32Array(2 * ARGUMENTS);
      words[2 * decisive] = value;
      argumentsOf(new ArgWords(words)).forEach((type, position) => {
        if (type.gap !== undefined) gaps.add(`${argumentName(nr, type, position)}: ${type.gap}`);
      });
    }
  }
  return [...gaps];
}

function argumentName(nr: number, type: ArgumentType, position: number): string {
  return syscallEntry(nr)?.args[type.word ?? position]?.name ?? `argument ${position + 1}`;
}
