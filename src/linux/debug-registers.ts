import { bind, check, errno } from './libc.ts';

const PTRACE_PEEKUSER = 3;
const PTRACE_POKEUSER = 6;
const ESRCH = 3;

/** offsetof(struct user, u_debugreg) (x86-64). */
const DEBUG_REGISTERS = 848;
const WORD = 8;
/** Of these eight, four hold addresses; one says which of them was met, and one what they are watched for. */
const STATUS = 6;
const CONTROL = 7;
export const MAX_WATCHED = 4;

/** In the control register, for each address: to be read or written. */
const READ_OR_WRITTEN = 3;
/** Its codes of lengths: of 1, 2, 8, 4 bytes. */
const LENGTH_CODE = { 1: 0, 2: 1, 8: 2, 4: 3 } as const;

const ptrace = bind('ptrace', 'long', ['long', 'int', 'long', 'long']);

/** Memory that is watched: its address is a multiple of its size. */
export interface Watched {
  readonly address: number;
  readonly size: 1 | 2 | 4 | 8;
}

/**
 * Has the processor stop a task by SIGTRAP behind each instruction that reads or writes one of these; see Intel's manual, volume 3,
 * chapter "Debug". The task is stopped. At most four; neither a new thread nor a new process has those of its maker. False if the task is
 * gone; throws SystemCallError if the machine has no such registers, or somebody else has them.
 */
export function watchMemory(tid: number, watched: readonly Watched[]): boolean {
  // An address may only be changed while it is not watched.
  let done = poke(tid, CONTROL, 0);
  let control = 0;
  watched.forEach(({ address, size }, index) => {
    done &&= poke(tid, index, address);
    control |= (1 << (2 * index)) | ((READ_OR_WRITTEN | (LENGTH_CODE[size] << 2)) << (16 + 4 * index));
  });
  return done && poke(tid, CONTROL, control >>> 0);
}

/** At a stop by SIGTRAP: which of the watched the task has just read or written, or undefined. It says so once. */
export function takeWatchHit(tid: number): number | undefined {
  const status = ptrace(PTRACE_PEEKUSER, tid, DEBUG_REGISTERS + STATUS * WORD, 0);
  // -1: the task is gone.
  const met = status === -1 ? 0 : status & ((1 << MAX_WATCHED) - 1);
  if (met === 0) return undefined;
  poke(tid, STATUS, 0);
  return 31 - Math.clz32(met & -met);
}

function poke(tid: number, register: number, value: number): boolean {
  if (ptrace(PTRACE_POKEUSER, tid, DEBUG_REGISTERS + register * WORD, value) === 0) return true;
  if (errno() !== ESRCH) check(-1, 'ptrace(PTRACE_POKEUSER)');
  return false;
}
