/**
 * What the stop walker (stop-walker.ts) and JavaScript share: a block of native memory. All numbers are 64-bit words but where it is
 * said; addresses are of this process.
 */
export const BLOCK = {
  /** So many stops are handled at most, and no record begins behind this address. */
  limit: 0,
  recordEnd: 8,
  /** Where the next record goes, and where the 32-bit count of bytes is that the reader may see. */
  recordAt: 16,
  written: 24,
  /** Of the clock: the function clock_gettime, what makes seconds of its nanoseconds, and of those the time since the epoch (doubles). */
  clock: 32,
  nano: 40,
  epoch: 48,
  /** How a task is resumed whose exit nobody waits for: PTRACE_CONT or PTRACE_SYSCALL. */
  idleRequest: 56,
  /** Rows in use, and how many of them are to be resumed. */
  rows: 64,
  pending: 72,
  /** The answer: why it returned, the task that changed its state (or a negative errno), its wait status (32 bits), and how many have. */
  reason: 80,
  changed: 88,
  status: 96,
  stops: 104,
  /** What only the walker uses. */
  head: 112,
  size: 120,
  now: 128,
  iovecs: 136,
  timespec: 168,
  info: 184,
  when: 272,
  firstRow: 280,
} as const;

/** What the walker knows of a task. */
export const TASK_ROW = {
  tid: 0,
  request: 8,
  signal: 16,
  /** Whether it is to be resumed. */
  resume: 24,
  /** The call that it is in, if `inside` is not 0: see {@link INSIDE}. */
  inside: 32,
  nr: 40,
  args: 48,
  entered: 96,
  /** 32-bit counts of its calls by number, behind those the ordinals at which a policy is to be asked; 0 if none are counted. */
  counts: 104,
  bytes: 112,
} as const;

export const INSIDE = { nothing: 0, awaited: 1, ignored: 2 } as const;

export const MAX_TASK_ROWS = 16;
export const NUMBERS = 1024;

/** Tables by number, behind the rows (and one more, which is written to where none is found). */
const TABLES = BLOCK.firstRow + (MAX_TASK_ROWS + 1) * TASK_ROW.bytes;
/** How many calls, errors and nanoseconds there were, of 8 bytes each; a plan. */
interface Tables {
  readonly calls: number;
  readonly errors: number;
  readonly nanoseconds: number;
  readonly plans: number;
}
export const TABLE: Tables = {
  calls: TABLES,
  errors: TABLES + 8 * NUMBERS,
  nanoseconds: TABLES + 16 * NUMBERS,
  plans: TABLES + 24 * NUMBERS,
};
/** In the counts of a task. */
export const ASK_AT: number = 4 * NUMBERS;
export const COUNTS_BYTES: number = 8 * NUMBERS;

/** A plan begins with a byte of flags; then what is captured at the entry, and at the exit of a call that has succeeded. */
export const CALL_PLAN = { flags: 0, atEntry: 8, atExit: 40, bits: 6 } as const;
export const BLOCK_BYTES: number = TABLE.plans + (NUMBERS << CALL_PLAN.bits);
export const MAX_CAPTURES = { atEntry: 4, atExit: 3 } as const;

/**
 * Bytes of a capture: its kind (0: there is none), the argument that points at it, where its size is and what that is multiplied by; then a
 * 32-bit limit.
 */
export const CAPTURE = { kind: 0, arg: 1, sizeFrom: 2, times: 3, limit: 4, bytes: 8 } as const;
export const CAPTURE_KIND = {
  /** As many bytes as its size says. What is longer than the limit is for JavaScript, but for a `text`, which is cut. */
  bytes: 1,
  text: 2,
  /** The size has 32 bits. */
  int: 4,
  /** Up to a NUL, which must come within the limit and in the same page: else it is for JavaScript. */
  string: 8,
  last: 16,
} as const;

export const CALL_FLAG = {
  /** JavaScript is asked. */
  ask: 1,
  /** It is asked from an ordinal on; before that, calls are counted. */
  askAtOrdinal: 2,
  /** The exit is waited for: it is timed, and an error is counted. */
  awaitsExit: 4,
  /** Entry and exit are recorded. */
  record: 8,
} as const;

/** Where the size of a capture is: argument 0 to 5, or one of these. */
export const SIZE_FROM = { limit: 6, result: 7 } as const;

export const REASON = { goOn: 0, limit: 1, full: 2, other: 3 } as const;
