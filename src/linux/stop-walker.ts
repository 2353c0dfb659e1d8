import { toEpochSeconds } from './clock.ts';
import { addressOf, functionAt } from './libc.ts';
import { executable } from './machine-code/executable.ts';
import {
  BLOCK,
  BLOCK_BYTES,
  CALL_PLAN,
  CAPTURE,
  CAPTURE_KIND,
  INSIDE,
  TABLE,
  TASK_ROW,
} from './machine-code/stop-block.ts';
import { stopWalker } from './machine-code/stop-walker.ts';
import { NativeMemory } from './memory.ts';

const NANO = 1e-9;
const TWO_32 = 2 ** 32;

let walk: ((block: number) => number) | undefined;

/** Whether there is machine code for this processor. */
export function canWalkStops(): boolean {
  return process.arch === 'x64';
}

/** What is copied at a stop: see CAPTURE_KIND and SIZE_FROM. */
export interface WalkedCapture {
  readonly kind: number;
  readonly arg: number;
  readonly sizeFrom?: number;
  readonly times?: number;
  readonly limit: number;
}

/** What is to be done at the stops of a call: see CALL_FLAG and MAX_CAPTURES. */
export interface WalkedCall {
  readonly flags: number;
  readonly atEntry?: readonly WalkedCapture[];
  readonly atExit?: readonly WalkedCapture[];
}

/** A task whose stops may be taken. */
export interface WalkedTask {
  readonly tid: number;
  /** The row that it has had; nothing is known of one without. */
  readonly row: number | undefined;
  /** The address of its counts (see stop-block.ts); 0 if none are kept. */
  readonly counts: number;
}

/** The stop walker of machine-code/, and the block that it shares with us. One instance serves one run. */
export class StopWalker {
  readonly #memory = NativeMemory.allocate(BLOCK_BYTES);
  readonly #walk: (block: number) => number;

  /**
   * `written`: the address of the 32-bit count of bytes in the ring; `idleRequest`: how a task is resumed whose exit nobody awaits.
   * Throws RenacerError NO_EXECUTABLE_MEMORY.
   */
  constructor(written: number, idleRequest: number) {
    walk ??= functionAt(executable(stopWalker()));
    this.#walk = walk;
    this.#set(BLOCK.written, written);
    this.#set(BLOCK.clock, addressOf('clock_gettime'));
    this.#set(BLOCK.idleRequest, idleRequest);
    this.#memory.f64[BLOCK.nano / 8] = NANO;
    this.#memory.f64[BLOCK.epoch / 8] = toEpochSeconds(0);
  }

  setCall(nr: number, { flags, atEntry = [], atExit = [] }: WalkedCall): void {
    const at = TABLE.plans + (nr << CALL_PLAN.bits);
    this.#memory.u8[at + CALL_PLAN.flags] = flags;
    this.#setCaptures(at + CALL_PLAN.atEntry, atEntry);
    this.#setCaptures(at + CALL_PLAN.atExit, atExit);
  }

  /** The tasks whose stops it may take. */
  setTasks(tasks: readonly WalkedTask[]): void {
    const { u8 } = this.#memory;
    const known = tasks.map(({ row }) => (row === undefined ? undefined : u8.slice(rowAt(row), rowAt(row + 1))));
    tasks.forEach(({ tid, counts }, row) => {
      u8.fill(0, rowAt(row), rowAt(row + 1));
      const before = known[row];
      if (before) u8.set(before, rowAt(row));
      this.#set(rowAt(row) + TASK_ROW.tid, tid);
      this.#set(rowAt(row) + TASK_ROW.counts, counts);
    });
    this.#set(BLOCK.rows, tasks.length);
  }

  /**
   * Takes stops until there is one that is not for it, `limit` of them were taken, or there is no room for another record between
   * these two addresses. Blocks. Returns the reason: see REASON.
   */
  walk(recordAt: number, recordEnd: number, limit: number): number {
    this.#set(BLOCK.recordAt, recordAt);
    this.#set(BLOCK.recordEnd, recordEnd);
    this.#set(BLOCK.limit, limit);
    return this.#walk(this.#memory.address);
  }

  /** Of the stop that is not for it: the task, or a negative errno. */
  get changed(): number {
    return this.#memory.i32[BLOCK.changed / 4]!;
  }

  get status(): number {
    return this.#memory.i32[BLOCK.status / 4]!;
  }

  /** How many changes of state the last walk has seen. */
  get stops(): number {
    return this.#get(BLOCK.stops);
  }

  /** Where the next record would have gone. */
  get recordAt(): number {
    return this.#get(BLOCK.recordAt);
  }

  /** Whether the task of a row is in a call whose exit it awaits. */
  awaitsExit(row: number): boolean {
    return this.#get(rowAt(row) + TASK_ROW.inside) === INSIDE.awaited;
  }

  /** When the task of a row has entered its last call (monotonic); undefined if it has made none. */
  enteredAtMs(row: number): number | undefined {
    const nanoseconds = this.#get(rowAt(row) + TASK_ROW.entered);
    return nanoseconds === 0 ? undefined : nanoseconds / 1e6;
  }

  nrOf(row: number): number {
    return this.#get(rowAt(row) + TASK_ROW.nr);
  }

  /** Twelve words. */
  argsOf(row: number): Uint32Array {
    const at = (rowAt(row) + TASK_ROW.args) / 4;
    return this.#memory.u32.subarray(at, at + 12);
  }

  /** The exit of the call that the task of a row is in is not for it. */
  leaveCall(row: number): void {
    this.#set(rowAt(row) + TASK_ROW.inside, INSIDE.nothing);
  }

  callsOf(nr: number): number {
    return this.#get(TABLE.calls + 8 * nr);
  }

  errorsOf(nr: number): number {
    return this.#get(TABLE.errors + 8 * nr);
  }

  secondsOf(nr: number): number {
    return this.#get(TABLE.nanoseconds + 8 * nr) * NANO;
  }

  free(): void {
    this.#memory.free();
  }

  #setCaptures(first: number, captures: readonly WalkedCapture[]): void {
    const { u8, u32 } = this.#memory;
    let at = first;
    for (const { kind, arg, sizeFrom = 0, times = 1, limit } of captures) {
      u8[at + CAPTURE.kind] = kind;
      u8[at + CAPTURE.arg] = arg;
      u8[at + CAPTURE.sizeFrom] = sizeFrom;
      u8[at + CAPTURE.times] = times;
      u32[(at + CAPTURE.limit) / 4] = limit;
      at += CAPTURE.bytes;
    }
    if (at > first) u8[at - CAPTURE.bytes + CAPTURE.kind]! |= CAPTURE_KIND.last;
  }

  #get(at: number): number {
    const { u32 } = this.#memory;
    return u32[at / 4 + 1]! * TWO_32 + u32[at / 4]!;
  }

  #set(at: number, value: number): void {
    const { u32 } = this.#memory;
    u32[at / 4] = value % TWO_32;
    u32[at / 4 + 1] = value / TWO_32;
  }
}

function rowAt(row: number): number {
  return BLOCK.firstRow + row * TASK_ROW.bytes;
}
