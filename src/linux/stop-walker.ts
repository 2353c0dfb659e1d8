import { toEpochSeconds } from './clock.ts';
import { addressOf, functionAt } from './libc.ts';
import { executable } from './machine-code/executable.ts';
import { BLOCK, BLOCK_BYTES, CALL_PLAN, INSIDE, TABLE, TASK_ROW } from './machine-code/stop-block.ts';
import { stopWalker } from './machine-code/stop-walker.ts';
import { NativeMemory } from './memory.ts';

const NANO = 1e-9;
const TWO_32 = 2 ** 32;

let walk: ((block: number) => number) | undefined;

/** Whether there is machine code for this processor. */
export function canWalkStops(): boolean {
  return process.arch === 'x64';
}

/** What is to be done at the stops of a call: see CALL_PLAN, CALL_FLAG and SIZE_FROM. */
export interface WalkedCall {
  readonly flags: number;
  readonly arg?: number;
  readonly sizeFrom?: number;
  /** Bytes of a capture. */
  readonly limit?: number;
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

  setCall(nr: number, { flags, arg = 0, sizeFrom = 0, limit = 0 }: WalkedCall): void {
    const { u8, u32 } = this.#memory;
    const at = TABLE.plans + 8 * nr;
    u8[at + CALL_PLAN.flags] = flags;
    u8[at + CALL_PLAN.arg] = arg;
    u8[at + CALL_PLAN.sizeFrom] = sizeFrom;
    u32[(at + CALL_PLAN.limit) / 4] = limit;
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
