import { CallMemory, type Calls } from './call-memory.ts';
import { bind, check, SystemCallError, syscall } from './libc.ts';
import { ROW } from './machine-code/table-walker.ts';
import { nameOfNumber, SYS } from './syscall-numbers.ts';
import { walkTable } from './table-walk.ts';

/**
 * A new process that makes the system calls of a table, by a small piece of machine code (machine-code/table-walker.ts).
 *
 * The child shares our memory (CLONE_VM) until it calls execve or ends, so what it reads lies in this object's arena, which must
 * outlive it. It runs that code alone: nothing of libc, no handler of a signal. All signals are blocked in it until
 * {@link unblockSignals}. The table stays as it is, so it can be started again.
 */

const TWO_32 = 2 ** 32;
const CLONE_VM = 0x100;
const CLONE_PARENT_SETTID = 0x10_0000;
const CLONE_CHILD_CLEARTID = 0x20_0000;
const CLONE_INTO_CGROUP = 0x2_0000_0000;
/** The kernel writes the child's id into a word of ours, and clears it and wakes who waits for that when the child leaves our memory. */
const CLONE_FLAGS = CLONE_VM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
const SIGCHLD = 17;
const SIG_BLOCK = 0;
const SIG_SETMASK = 2;
/** Of libc, and of the kernel. */
const SIGSET_BYTES = 128;
const KERNEL_SIGSET_BYTES = 8;
const FUTEX_WAIT = 0;
const FUTEX_WAKE_OP = 5;
/** Of FUTEX_WAKE_OP: the word becomes 1, which is no process id of ours; and never mind what it was. */
const SET_TO_READY = 1 << 12;
const READY = 1;

/** No system call has this number. */
const NO_CALL = 0xffff;
/** The first row makes the child. */
const MAX_ROWS = 256;
/** The child's code uses no stack, but the kernel asks for one. */
const STACK_BYTES = 256;
const STACK = MAX_ROWS * ROW.bytes;
const DATA = STACK + STACK_BYTES;

/** Offsets in struct clone_args of clone3(2). */
const CLONE_ARGS = {
  flags: 0,
  childTid: 16,
  parentTid: 24,
  exitSignal: 32,
  stack: 40,
  stackSize: 48,
  setTid: 64,
  setTidSize: 72,
  cgroup: 80,
  bytes: 88,
} as const;

const pthreadSigmask = bind('pthread_sigmask', 'int', ['int', 'uintptr_t', 'uintptr_t']);

/** A call of the child that failed. */
export interface FailedCall {
  /** `execve`. */
  readonly name: string;
  readonly errno: number;
}

export class CallTable extends CallMemory implements Calls {
  readonly #signalSets: { readonly all: number; readonly old: number };
  readonly #cloneArgs: number;
  /** A futex: the child's id; READY once it has said so; 0 when it has left our memory, by execve or its end. */
  readonly #state: number;
  readonly #wantedPid: number;
  #rows = 1;

  /** `dataSize`: bytes for what the calls point at (paths, argument vectors, ...). */
  constructor(dataSize: number) {
    super(DATA + 2 * SIGSET_BYTES + CLONE_ARGS.bytes + 16 + dataSize, DATA);
    const all = this.bytes(new Uint8Array(SIGSET_BYTES).fill(0xff));
    this.#signalSets = { all, old: this.bytes(new Uint8Array(SIGSET_BYTES)) };
    this.#cloneArgs = this.bytes(new Uint8Array(CLONE_ARGS.bytes));
    this.#state = this.bytes(new Uint8Array(8));
    this.#wantedPid = this.bytes(new Uint8Array(8));
  }

  /** Appends a system call with up to six arguments. If it fails, the child goes on with the next {@link failuresLeadHere}. */
  call(number: number, ...args: readonly number[]): void {
    if (this.#rows === MAX_ROWS) throw new RangeError('call table: too many rows');
    this.#put(this.#rows, number, args);
    this.#rows += 1;
  }

  /** The row of the next call. */
  get next(): number {
    return this.#rows;
  }

  /** From here the child goes on with this row: by a call that fails, since there is none of that number. */
  goTo(row: number): void {
    this.call(NO_CALL);
    this.#leadFailure(this.#rows - 1, row);
  }

  /** The call that was appended last may fail, and the child goes on with the next one: see {@link resultOf}. */
  mayFail(): void {
    this.#leadFailure(this.#rows - 1, this.#rows);
  }

  /** What the call of a row has returned; 0 if the child has not come there. Negative: an errno. */
  resultOf(row: number): number {
    return this.arena.view.getInt32(row * ROW.bytes + ROW.result, true);
  }

  /** The same, once; from then on it is none of the child's failures. */
  takeResult(row: number): number {
    const result = this.resultOf(row);
    this.#word(row * ROW.bytes + ROW.result, 0);
    return result;
  }

  /** Changes an argument of a row, while the child runs perhaps. */
  setArgument(row: number, index: number, value: number): void {
    this.#word(row * ROW.bytes + ROW.arguments + 8 * index, value);
  }

  /** Puts another call in the place of one; while no child walks the table. */
  replace(row: number, number: number, ...args: readonly number[]): void {
    this.#put(row, number, args);
  }

  /** Appends the call by which the child says that it has come so far: see {@link awaitReady}. */
  sayReady(): void {
    this.call(SYS.futex, this.#state, FUTEX_WAKE_OP, 1, 0, this.#state, SET_TO_READY);
  }

  /** Blocks until the child has come to {@link sayReady}: true; or has ended before: false. */
  awaitReady(): boolean {
    return this.#awaitChangeOf((state) => state > READY) === READY;
  }

  /** Blocks until the child has called execve, or has ended. */
  awaitLeave(): void {
    this.#awaitChangeOf((state) => state !== 0);
  }

  /** Where the child goes on if one of the calls before, since the last time that this was said, has failed. */
  failuresLeadHere(): void {
    const { f64 } = this.arena;
    for (let row = 1; row < this.#rows; row++) {
      // Bits of an address are never those of 0.
      if (f64[(row * ROW.bytes + ROW.onFailure) / 8] === 0) this.#leadFailure(row, this.#rows);
    }
  }

  /** From the next call on, only these signals are blocked (bit n-1 stands for signal n). None may find a handler of ours. */
  unblockSignals(blocked: bigint): void {
    const inherited = this.bytes(new Uint8Array(BigUint64Array.of(blocked).buffer));
    this.call(SYS.rt_sigprocmask, SIG_SETMASK, inherited, 0, KERNEL_SIGSET_BYTES);
  }

  /** The first call of the child that failed, if one did. */
  get failure(): FailedCall | undefined {
    const { view } = this.arena;
    for (let row = 1; row < this.#rows; row++) {
      const at = row * ROW.bytes;
      const result = view.getInt32(at + ROW.result, true);
      if (result < 0) return { name: nameOfNumber(view.getInt32(at + ROW.number, true)), errno: -result };
    }
    return undefined;
  }

  /** Starts the child, in namespaces of its own if asked for (CLONE_NEWUSER, ...); returns its process id. Throws SystemCallError (EAGAIN, ENOMEM). */
  start(newNamespaces = 0): number {
    // Where the fourth argument is the child's word, the fifth stands for nothing, and the other way round (arm64).
    const words = [this.#state, this.#state, this.#state];
    return this.#start('clone', SYS.clone, [
      CLONE_FLAGS + SIGCHLD + newNamespaces,
      this.arena.address + DATA,
      ...words,
    ]);
  }

  /**
   * The same, as a member of a cgroup v2 (the file descriptor of its directory) from the beginning. Throws SystemCallError as
   * clone3(2) with CLONE_INTO_CGROUP gives it (Linux 5.7).
   */
  startIn(cgroup: number): number {
    return this.#clone3({ flags: CLONE_INTO_CGROUP, cgroup });
  }

  /**
   * The same, with an id of our choice in the pid namespace that it is born in. Throws SystemCallError as clone3(2) with `set_tid`
   * gives it (Linux 5.5): EEXIST if there is somebody of this id.
   */
  startAs(pid: number): number {
    this.arena.view.setInt32(this.#wantedPid - this.arena.address, pid, true);
    return this.#clone3({ setTid: this.#wantedPid, setTidSize: 1 });
  }

  #clone3(asked: { flags?: number; setTid?: number; setTidSize?: number; cgroup?: number }): number {
    const { address } = this.arena;
    const put = (offset: number, value: number): void => this.#word(this.#cloneArgs - address + offset, value);
    put(CLONE_ARGS.flags, CLONE_FLAGS + (asked.flags ?? 0));
    put(CLONE_ARGS.childTid, this.#state);
    put(CLONE_ARGS.parentTid, this.#state);
    put(CLONE_ARGS.exitSignal, SIGCHLD);
    put(CLONE_ARGS.stack, address + STACK);
    put(CLONE_ARGS.stackSize, STACK_BYTES);
    put(CLONE_ARGS.setTid, asked.setTid ?? 0);
    put(CLONE_ARGS.setTidSize, asked.setTidSize ?? 0);
    put(CLONE_ARGS.cgroup, asked.cgroup ?? 0);
    return this.#start('clone3', SYS.clone3, [this.#cloneArgs, CLONE_ARGS.bytes]);
  }

  /** Gives the memory back: only when the child has called execve or has ended. */
  free(): void {
    this.arena.free();
  }

  #awaitChangeOf(mayWait: (state: number) => boolean): number {
    const at = this.#state - this.arena.address;
    for (;;) {
      const state = this.arena.view.getInt32(at, true);
      if (!mayWait(state)) return state;
      // It returns at once if the word is another one by now, and for a signal: then there is another look.
      syscall(SYS.futex, this.#state, FUTEX_WAIT, state, 0, 0, 0);
    }
  }

  #start(name: string, number: number, args: readonly number[]): number {
    this.#put(0, number, args);
    this.#word(ROW.makesChild, 1);
    for (let row = 1; row < this.#rows; row++) this.#word(row * ROW.bytes + ROW.result, 0);
    // No signal of this thread may find the child before its first call.
    const { all, old } = this.#signalSets;
    check(-pthreadSigmask(SIG_BLOCK, all, old), 'pthread_sigmask');
    try {
      const pid = walkTable(this.arena.address);
      if (pid < 0) throw new SystemCallError(name, -pid);
      return pid;
    } finally {
      pthreadSigmask(SIG_SETMASK, old, 0);
    }
  }

  #leadFailure(from: number, to: number): void {
    this.#word(from * ROW.bytes + ROW.onFailure, this.arena.address + to * ROW.bytes);
  }

  #put(row: number, number: number, args: readonly number[]): void {
    const at = row * ROW.bytes;
    // All of them fit, mostly; and what the row had before goes.
    this.arena.i32.fill(0, at / 4, (at + ROW.result) / 4);
    this.#word(at + ROW.number, number);
    for (let index = 0; index < args.length; index++) {
      if (args[index] !== 0) this.#word(at + ROW.arguments + 8 * index, args[index]!);
    }
  }

  /** Without a BigInt: a launcher writes a hundred of them for each start. */
  #word(at: number, value: number): void {
    const { i32 } = this.arena;
    i32[at / 4] = value;
    i32[at / 4 + 1] = Math.floor(value / TWO_32);
  }
}
