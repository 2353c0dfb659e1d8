/**
 * The binary form of trace events in the ring: what the stop loop writes without allocation, and the other thread
 * reads. All fields are 32-bit words but the times, which are doubles; a record is a multiple of 8 bytes long.
 *
 *     0 size in bytes   1 kind | abi << 8 | flags << 16   2 tid   3 number   4-5 time
 *     entry:  6-17 argument words, then captures
 *     exit:   6-7 duration   8-9 result   10 errno   11 the flags once more, then captures: from 8 on, all but what differs from
 *             call to call
 *     signal: 6-37 siginfo_t
 *     start:  6 length of the lineage, then its characters
 *     frame:  6 length of a stack frame as JSON, then its bytes; the number is its id
 *     call site:  6-7 instruction pointer, then the ids of frames, as many as the number says. It stands before the entry, signal
 *             or stop that it is about
 *
 * A capture is a word `argument | part << 8 | cut << 16 | time << 24`, a word with its length, and its bytes, padded to 8.
 */
export const RECORD_KIND = {
  padding: 0,
  entry: 1,
  exit: 2,
  signal: 3,
  groupStop: 4,
  taskEnd: 5,
  taskStart: 6,
  supersede: 7,
  frame: 8,
  callSite: 9,
  detach: 10,
} as const;

export type RecordKind = (typeof RECORD_KIND)[keyof typeof RECORD_KIND];

export const FLAG = {
  injected: 1,
  delayed: 2,
  unreturned: 4,
  thread: 8,
  poked: 16,
  detached: 32,
  attached: 64,
} as const;

/** Indices of 32-bit words. */
export const WORD = {
  size: 0,
  kind: 1,
  tid: 2,
  number: 3,
  time: 4,
  args: 6,
  duration: 6,
  result: 8,
  errno: 10,
  flagsToo: 11,
  siginfo: 6,
  length: 6,
  text: 7,
  ip: 6,
  frames: 8,
} as const;

/** Bytes before the captures. */
export const ENTRY_BYTES = 72;
export const EXIT_BYTES = 48;
export const SIGINFO_BYTES = 128;

/** No record is longer, so that one always fits without wrapping. */
export const MAX_RECORD_BYTES: number = 512 * 1024;
/** The same where all data are copied (`-e read=`): as much as most programs move in one call. */
export const MAX_WHOLE_RECORD_BYTES: number = 16 * 1024 * 1024;

/**
 * Words of the control block that both threads see: how far the ring has been read; the process that has been prepared; whether the
 * run was given up, so that this process must not start; whether attached tasks are to be detached, and the task whose stop
 * wakes the stop loop (see DetachRequest); how many tasks are held, and ever were (see HeldTasks).
 */
export const CONTROL = { read: 0, pid: 1, abandoned: 2, detach: 3, wakeupTask: 4, held: 5, holds: 6 } as const;
export const CONTROL_BYTES = 28;

export const ABIS = ['x86_64', 'i386', 'x32'] as const;
