import type { SyscallAbi } from '../model/trace-event.ts';
import { ARM64_TABLE } from './table-arm64.generated.ts';
import { I386_TABLE } from './table-i386.generated.ts';
import { X86_64_TABLE } from './table-x86-64.generated.ts';

/** How an argument is printed where nothing more is known: f file descriptor, s path, d signed, u unsigned, x hexadecimal. */
export type ArgumentKind = 'f' | 's' | 'd' | 'u' | 'x';

export interface ArgumentName {
  readonly kind: ArgumentKind;
  readonly name: string;
  /** How many bytes of the word the kernel reads: of an int 4, of a mode 2, of longs and pointers 8. */
  readonly width: 2 | 4 | 8;
}

/** One system call of a table. */
export interface SyscallEntry {
  readonly nr: number;
  readonly name: string;
  readonly args: readonly ArgumentName[];
}

/** What numbers mean is a matter of the architecture. */
export type Architecture = 'x86_64' | 'arm64' | 'i386';

/** The system calls of Linux 6.18 on one architecture. */
export class SyscallTable {
  readonly #byNumber: (SyscallEntry | undefined)[] = [];
  readonly #byName = new Map<string, number>();

  constructor(text: string) {
    for (const line of text.trim().split('\n')) {
      const [nr, name, ...args] = line.split(' ') as [string, string, ...string[]];
      this.#byNumber[Number(nr)] = new ListedCall(Number(nr), name, args);
      this.#byName.set(name, Number(nr));
    }
  }

  /** What is known of a number; undefined for numbers that Linux 6.18 does not have. */
  entry(nr: number): SyscallEntry | undefined {
    return this.#byNumber[nr];
  }

  /** The name of a call; unknown numbers get one as strace gives them: `syscall_0x1c8`. */
  name(nr: number): string {
    return this.#byNumber[nr]?.name ?? `syscall_0x${nr.toString(16)}`;
  }

  number(name: string): number | undefined {
    return this.#byName.get(name);
  }

  /** All numbers, ascending. */
  numbers(): readonly number[] {
    return [...this.#byName.values()];
  }

  names(): readonly string[] {
    return [...this.#byName.keys()];
  }
}

/** A run reads the arguments of few calls, and starts with the names of all. */
class ListedCall implements SyscallEntry {
  readonly nr: number;
  readonly name: string;
  readonly #texts: readonly string[];
  #args: readonly ArgumentName[] | undefined;

  constructor(nr: number, name: string, texts: readonly string[]) {
    this.nr = nr;
    this.name = name;
    this.#texts = texts;
  }

  get args(): readonly ArgumentName[] {
    this.#args ??= this.#texts.map(argumentOf);
    return this.#args;
  }
}

/** `f:fd`, `d4:timeout`, `u:count`. */
function argumentOf(text: string): ArgumentName {
  const [kind, name] = text.split(':') as [string, string];
  const width = kind[1] === '2' ? 2 : kind[1] === '4' || kind === 'f' ? 4 : 8;
  return { kind: kind[0] as ArgumentKind, name, width };
}

const TEXTS = { x86_64: X86_64_TABLE, arm64: ARM64_TABLE, i386: I386_TABLE };
const tables: { [architecture in keyof typeof TEXTS]?: SyscallTable } = {};

/** The table of an architecture, made when it is first asked for. */
export function syscallTable(architecture: Architecture): SyscallTable {
  tables[architecture] ??= new SyscallTable(TEXTS[architecture]);
  return tables[architecture];
}

const native = (): SyscallTable => syscallTable('x86_64');

/** What is known of an x86-64 number; undefined for numbers that Linux 6.18 does not have. */
export function syscallEntry(nr: number): SyscallEntry | undefined {
  return native().entry(nr);
}

/** The name of an x86-64 call. */
export function syscallName(nr: number): string {
  return native().name(nr);
}

/** The name of a call by the table that its number belongs to. x32, which kernels are seldom built with, has none. */
export function callName({ nr, abi }: { readonly nr: number; readonly abi: SyscallAbi }): string {
  return abi === 'x32' ? `syscall_0x${nr.toString(16)}` : syscallTable(abi).name(nr);
}

/** The x86-64 number of a call by its name. */
export function syscallNumber(name: string): number | undefined {
  return native().number(name);
}

/** All numbers of the x86-64 table, ascending. */
export function syscallNumbers(): readonly number[] {
  return native().numbers();
}

/** All names of the x86-64 table. */
export function syscallNames(): readonly string[] {
  return native().names();
}

/** Numbers from here on no kernel has given to a call. */
const MAX_NUMBERS = 1024;

/** The numbers that the table has no call for: newer ones, and those that never were one. */
export function unknownNumbers(): readonly number[] {
  return Array.from({ length: MAX_NUMBERS }, (_, nr) => nr).filter((nr) => syscallEntry(nr) === undefined);
}
