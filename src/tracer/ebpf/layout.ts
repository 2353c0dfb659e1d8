/** What the programs in the kernel and their reader agree upon. Numbers are offsets in bytes unless something else is said. */

/** Kinds of records in the ring. */
export const KERNEL_KIND = { entry: 1, exit: 2, signal: 3, fork: 4, end: 5, supersede: 6 } as const;

/**
 * Flags of a record: a fork is that of a thread; the entry of a call had a record of its own; a signal came in a call; a call
 * does not come back, since its task is killed; a task ends with its whole process.
 */
export const RECORD_FLAG = { thread: 1, told: 2, inCall: 4, killed: 8, wholeProcess: 16 } as const;

/**
 * A record. `number` is that of the call or of the signal, the parent's id, the exit code or the former id. Those of calls
 * go on with what the call was given and gave back, then captures as in record.ts; those of signals with the siginfo.
 */
export const KERNEL_RECORD = { kind: 0, abi: 1, flags: 2, tid: 4, time: 8, number: 16, siginfo: 24 } as const;
export const CALL = { entered: 24, result: 32, args: 40, captures: 88 } as const;
export const SHORT_BYTES = 24;
export const KERNEL_SIGINFO_BYTES = 48;
/** Members of it. */
export const SIGINFO = { signo: 0, code: 8, pid: 16, uid: 20 } as const;
export const SIGNAL_BYTES: number = KERNEL_RECORD.siginfo + KERNEL_SIGINFO_BYTES;

/** No capture begins after this, none is longer: what would be is cut. */
export const LAST_CAPTURE_AT: number = 16 * 1024;
export const CAPTURE_BYTES: number = 8 * 1024;
/** Two bytes more tell whether a string goes on. */
export const MAX_STRING: number = CAPTURE_BYTES - 2;
export const MAX_RECORD: number = LAST_CAPTURE_AT + 8 + CAPTURE_BYTES;

/** The most that is captured of argv, of envp, of an array of buffers, and of what these hold. */
export const MAX_STRINGS = 32;
export const MAX_POINTERS = 256;
export const MAX_ARRAY = 256;
export const MAX_BUFFERS = 16;

/** A task that is traced, in a map by its thread id. `regs` is where the kernel keeps what its registers held. */
export const TASK = { entered: 0, regs: 8, nr: 16, flags: 20, abi: 21, bytes: 24 } as const;
/** The task is in a call that was asked for; the entry of that call has been told. */
export const TASK_FLAG = { open: 1, told: 2 } as const;

/**
 * What is to be captured of one argument. `offset` is the distance of what lies on the stack from the stack pointer, or of
 * a pointer from the beginning of its structure; `detail` the part of what that points at or, of buffers, whether the
 * result says how many bytes they hold. If a field says the size, `sizeArg` is the field's offset and `size` that of an element.
 * If an argument does, `size` is how many upper bits of its word mean nothing: {@link ABOVE_INT}, or none.
 */
export const CAPTURE = {
  kind: 0,
  arg: 1,
  when: 2,
  sizeFrom: 3,
  sizeArg: 4,
  detail: 5,
  times: 6,
  offset: 6,
  limit: 8,
  size: 12,
  bytes: 16,
} as const;
/** The bits of a word beside those of an int. */
export const ABOVE_INT = 32;
/** `none` ends the list. */
export const CAPTURE_KIND = {
  none: 0,
  string: 1,
  bytes: 2,
  stack: 3,
  strings: 4,
  pointers: 5,
  iovec: 6,
  msghdr: 7,
  behind: 8,
} as const;
export const WHEN = { entry: 1, exit: 2 } as const;
/** The last ones are of what pointers in structures lead to: a field of 2 or 4 bytes in the structure, or the NUL of a string. */
export const SIZE_FROM = { constant: 0, arg: 1, result: 2, pointedBy: 3, field2: 4, field4: 5, string: 6 } as const;

/**
 * What is asked for of a call, in an array by its number. If its captures depend on an argument, `selector` says on which,
 * and a map by argument and number says where in the array the plan for that argument is.
 */
export const PLAN = { flags: 0, selector: 4, captures: 8 } as const;
export const MAX_CAPTURES = 10;
export const PLAN_BYTES: number = PLAN.captures + MAX_CAPTURES * CAPTURE.bytes;
/** The call is asked for; its entry is always told. */
export const PLAN_FLAG = { selected: 1, tellEntry: 2, selects: 4 } as const;

/** Numbers below the last have a plan and counts of their own; all others, and those of other ABIs, share that of the last. */
export const NUMBERS = 512;
/** Plans of numbers, then those that depend on arguments. */
export const PLANS = 1024;

/** Calls, errors and nanoseconds of one number. */
export const COUNTS = { calls: 0, errors: 8, time: 16, bytes: 24 } as const;

/** Counters that are no call's: indices. */
export const COUNTER = { lost: 0, signals: 1, tasks: 2 } as const;
export const COUNTERS = 3;

/** ABIs by their place in ABIS of record.ts. */
export const ABI = { x86_64: 0, i386: 1, x32: 2 } as const;

/** struct pt_regs of x86-64, from bp to sp. */
export const REGS = {
  bp: 32,
  bx: 40,
  r10: 56,
  r9: 64,
  r8: 72,
  cx: 88,
  dx: 96,
  si: 104,
  di: 112,
  sp: 152,
  from: 32,
  to: 160,
} as const;
