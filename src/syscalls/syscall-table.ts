import { X86_64_TABLE } from './table-x86-64.generated.ts';

/** How an argument is printed where nothing more is known: f file descriptor, s path, d signed, u unsigned, x hexadecimal. */
export type ArgumentKind = 'f' | 's' | 'd' | 'u' | 'x';

export interface ArgumentName {
  readonly kind: ArgumentKind;
  readonly name: string;
}

/** One system call of the x86-64 table. */
export interface SyscallEntry {
  readonly nr: number;
  readonly name: string;
  readonly args: readonly ArgumentName[];
}

const byNumber: (SyscallEntry | undefined)[] = [];
const byName = new Map<string, number>();

for (const line of X86_64_TABLE.trim().split('\n')) {
  const [nr, name, ...args] = line.split(' ') as [string, string, ...string[]];
  byNumber[Number(nr)] = {
    nr: Number(nr),
    name,
    args: args.map((text) => ({ kind: text[0] as ArgumentKind, name: text.slice(2) })),
  };
  byName.set(name, Number(nr));
}

/** What is known of a number; undefined for numbers that Linux 6.18 does not have. */
export function syscallEntry(nr: number): SyscallEntry | undefined {
  return byNumber[nr];
}

/** The name of a call; unknown numbers get one as strace gives them: `syscall_0x1c8`. */
export function syscallName(nr: number): string {
  return byNumber[nr]?.name ?? `syscall_0x${nr.toString(16)}`;
}

/** The number of a call by its name. */
export function syscallNumber(name: string): number | undefined {
  return byName.get(name);
}

/** All numbers of the table, ascending. */
export function syscallNumbers(): readonly number[] {
  return [...byName.values()];
}

/** All names of the table. */
export function syscallNames(): readonly string[] {
  return [...byName.keys()];
}
