import type { Capture, Dependence } from '../model/capture.ts';
import type { SyscallEntryEvent, SyscallExitEvent } from '../model/trace-event.ts';
import type { ConstantStyle } from './constant-style.ts';
import type { Dumps } from './descriptor-set.ts';
import type { StringStyle } from './quoted-text.ts';

/** What is known of a call when it is entered. */
export type Call = Pick<SyscallEntryEvent, 'abi' | 'nr' | 'args' | 'captured'>;

/** What is known of a call when it has come back. */
export type CompletedCall = Pick<SyscallExitEvent, 'abi' | 'nr' | 'args' | 'captured' | 'result' | 'errno'>;

export interface PrintOptions {
  /** How many bytes of a string (or elements of an array) are printed: `-s`. */
  readonly stringLimit: number;
  /** Structures, environments and directory entries whole: `-v`. */
  readonly verbose?: boolean;
  /** What file descriptors are, where that was captured: `-y`. */
  readonly fdPaths?: boolean;
  /** The names of processes, where they were captured: `-Y`. */
  readonly processNames?: boolean;
  /** How bytes of strings are written: `-x`, `-xx`. */
  readonly strings?: StringStyle;
  /** Calls whose arguments are printed as numbers, undecoded: `-e raw=`. */
  readonly raw?: { has(nr: number): boolean };
  /** Calls whose structures are printed whole, as all are with `verbose`: `-e abbrev=`. */
  readonly whole?: { has(nr: number): boolean };
  /** Calls whose structures are printed at all; of the others the addresses: `-e verbose=`. */
  readonly dereferenced?: { has(nr: number): boolean };
  /** All data that pass through these descriptors, where they were captured: `-e read=`, `-e write=`. */
  readonly dumps?: Dumps | undefined;
  /** How numbers are written that have names: `-X`. */
  readonly constants?: ConstantStyle;
  /** The names of arguments before them: `-N`. */
  readonly argumentNames?: boolean;
}

/** Makes the captures for the argument in a position. */
type CaptureFor = (arg: number) => readonly Capture[];

/** An argument that the program passes: printed when the call is entered. */
export interface InputType {
  readonly when: 'entry';
  readonly capture?: CaptureFor;
  print(call: Call, arg: number, options: PrintOptions): string;
}

/** An argument that the kernel fills or changes: printed when the call has come back. */
export interface OutputType {
  readonly when: 'exit';
  readonly capture?: CaptureFor;
  print(call: CompletedCall, arg: number, options: PrintOptions): string;
}

/**
 * How one argument is copied and printed. A type that takes another position than its own (clone prints its second
 * word first) is made with `word`.
 */
export type ArgumentType = (InputType | OutputType) & {
  readonly word?: number;
  /** It is a file descriptor: what that is can be captured too (`-y`). */
  readonly descriptor?: true;
  /** It is a process or a thread: its name can be captured too (`-Y`). */
  readonly process?: true;
  /** What to capture so that the descriptors inside of it can be told, too. */
  readonly descriptorsInside?: CaptureFor;
  /** It is a path that the call goes by. */
  readonly path?: true;
  /** It prints its name itself. */
  readonly named?: true;
  /** Follows the one before it without a comma: the second half of a value that changes, `[0` and ` => 512]`. */
  readonly glued?: true;
  /** What of it is not decoded, in words: docs/decoding.md lists it. */
  readonly gap?: string;
  /** What it points at is laid out alike in 32-bit programs. */
  readonly alike?: true;
};

/** How a result is printed. `note` is what follows in parentheses: `= 1 ([{fd=3, revents=POLLIN}])`. */
export interface ResultType {
  text(call: CompletedCall, options: PrintOptions): string;
  /** It is a file descriptor. */
  readonly descriptor?: true;
  /** It is the id of a process. */
  readonly process?: true;
  note?(call: CompletedCall, options: PrintOptions): string | undefined;
}

/** Arguments and result of one system call. They may depend on the argument words, as those of ioctl(2) do. */
export interface Signature {
  readonly args: readonly ArgumentType[] | ((args: Call['args']) => readonly ArgumentType[]);
  readonly result?: ResultType;
  /** Which argument decides what is captured, where one does: see dependence.ts. */
  readonly dependsOn?: Dependence;
  /** It never comes back, or its arguments are gone when it does. */
  readonly losesArguments?: true;
}

/** An argument that is printed out of its position, by the word that it really is. */
export function word(index: number, type: ArgumentType): ArgumentType {
  return { ...type, word: index };
}

/** An argument with its name before it, where strace prints one: `child_stack=NULL`. */
export function named(name: string, type: ArgumentType): ArgumentType {
  const print = type.print as OutputType['print'];
  const withName: OutputType['print'] = (call, arg, options) => `${name}=${print(call, arg, options)}`;
  return { ...type, named: true, print: withName } as ArgumentType;
}

/** An argument that points at what is laid out alike in 32-bit programs: it has no pointers, sizes or longs in it. */
export function alike<T extends ArgumentType>(type: T): T & { readonly alike: true } {
  return { ...type, alike: true };
}
