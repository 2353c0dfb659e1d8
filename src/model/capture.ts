/** How many bytes a captured buffer has: a constant, another argument, that argument times an element size, or the result. */
export type CaptureSize =
  | number
  /** `int`: it is one, and what stands in the upper half of its register has no meaning. */
  | { readonly arg: number; readonly times?: number; readonly int?: true }
  | { readonly result: true; readonly times?: number }
  /** The u32 that this pointer argument points at, as `socklen_t *` does. */
  | { readonly pointedBy: number };

/**
 * How many bytes a pointer inside of a structure leads to: a constant, up to the NUL of a string, or what a field of the structure
 * (of `width` bytes, at `at`) says, in elements of `times` bytes.
 */
export type BehindSize = number | 'string' | { readonly at: number; readonly width: 2 | 4; readonly times?: number };

/**
 * What the tracer copies out of the task's memory for one argument, so that the other thread can print it later.
 * `at` says when: what a program passes is copied at entry, what the kernel fills is copied at exit (and only if the
 * call succeeded).
 *
 * - `string`: NUL-terminated, up to the limit of the trace (paths: up to PATH_MAX)
 * - `bytes`: a buffer or a structure; `text` marks data that the limit of the trace (`-s`) cuts short
 * - `pointers`: a NULL-terminated vector of pointers whose targets are not copied (envp)
 * - `behind`: part 1.. is what the pointer at `offset` in the structure at the argument points at; `text` as of `bytes`
 * - `stack`: bytes at an offset above the task's stack pointer; the argument is only a place to put them
 * - `strings`: a NULL-terminated vector of strings (argv): part 0 is the vector, part 1.. are the strings
 * - `fd`, `pid`: a label for the number that the argument is (see {@link LABEL}); argument 6 stands for the result
 * - `fds`: a label for each descriptor of an array whose elements begin with one
 * - `fd-set`: a label for each member of a set of select(2)
 * - `rights`: a label for each descriptor in the control messages of a struct msghdr
 * - `task`: a label for the task itself
 * - `iovec`: part 0 is the array, part 1.. are the pieces of data
 * - `msghdr`: part 0 is the structure, part 1 the name, part 2 the control data, part 3 the iovec array, part 4.. data
 *   (`whole`: all data of them, whatever the limit of the trace)
 * - `mmsghdr`: part 0 is an array of struct mmsghdr; the parts of the first ones follow, MMSGHDR_PARTS each
 */
export type Capture = {
  readonly arg: number;
  readonly at: 'entry' | 'exit';
} & (
  | { readonly kind: 'string'; readonly path?: boolean }
  | { readonly kind: 'bytes'; readonly size: CaptureSize; readonly text?: boolean }
  | { readonly kind: 'strings' }
  | { readonly kind: 'pointers' }
  | { readonly kind: 'fd' | 'pid' | 'rights' | 'task' }
  | { readonly kind: 'fds'; readonly count: CaptureSize; readonly stride: number }
  | { readonly kind: 'fd-set'; readonly descriptors: number }
  | {
      readonly kind: 'behind';
      readonly part: number;
      readonly offset: number;
      readonly size: BehindSize;
      readonly text?: boolean;
    }
  | { readonly kind: 'stack'; readonly offset: number; readonly size: number }
  | { readonly kind: 'iovec'; readonly count: CaptureSize; readonly data: 'all' | 'result'; readonly whole?: boolean }
  | { readonly kind: 'msghdr'; readonly data: 'all' | 'result'; readonly whole?: boolean }
  | { readonly kind: 'mmsghdr'; readonly count: CaptureSize }
);

export type LabelCapture = Extract<Capture, { kind: 'fd' | 'pid' | 'task' | 'rights' | 'fds' | 'fd-set' }>;

const LABEL_KINDS: ReadonlySet<Capture['kind']> = new Set(['fd', 'pid', 'task', 'rights', 'fds', 'fd-set']);

export function isLabel(capture: Capture): capture is LabelCapture {
  return LABEL_KINDS.has(capture.kind);
}

/**
 * What a number is, beside the number: the path behind a descriptor, the name of a process. A label is captured under one
 * of these instead of an argument; its bytes begin with the number, in 32 bits.
 */
export const LABEL = { descriptor: 7, process: 8 } as const;
export type LabelKind = (typeof LABEL)[keyof typeof LABEL];

/** What can be captured of a descriptor beside its path: `--decode-fds`. */
export const DESCRIPTOR_DETAILS = ['socket', 'dev', 'eventfd', 'pidfd', 'signalfd'] as const;
export type DescriptorDetail = (typeof DESCRIPTOR_DETAILS)[number];

/** The result, where an argument is expected. */
export const RESULT_ARGUMENT = 6;

/** What was captured for one call, by argument and part. `undefined`: nothing was captured, or it could not be read (EFAULT). */
export interface Captured {
  /** The bytes that the program passed in, or (for output arguments, at exit) that the kernel filled in. */
  bytes(arg: number, part?: number): Uint8Array | undefined;
  /** The same argument as it was at entry, where a call both reads and writes it (poll, msghdr lengths). */
  bytesAtEntry(arg: number, part?: number): Uint8Array | undefined;
  /** True if the string or buffer goes on beyond the bytes captured. */
  isCut(arg: number, part?: number): boolean;
  /** What a number is: at the entry (or else, if the kernel gave it, at the exit), or at the exit alone. */
  label(kind: LabelKind, value: number, at: 'entry' | 'exit'): Uint8Array | undefined;
}

/** Each message of an array has this many parts: name, control data, iovec array and data. A part number has 8 bits. */
export const MMSGHDR_PARTS = 16;
export const MMSGHDR_BYTES = 64;

/** An argument that decides what is captured of a call: the values that make a difference, and one for all others. */
export interface Dependence {
  readonly arg: number;
  readonly values: readonly number[];
  readonly otherwise: number;
}
