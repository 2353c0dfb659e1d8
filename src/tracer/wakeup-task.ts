import { CallTable } from '../linux/call-table.ts';
import { monotonicMs } from '../linux/clock.ts';
import { NativeMemory } from '../linux/memory.ts';
import { PTRACE_O_EXITKILL, PTRACE_SINGLESTEP, type Ptrace, putRegister } from '../linux/ptrace.ts';
import { sendSignal } from '../linux/signals.ts';
import { SYS } from '../linux/syscall-numbers.ts';
import { syscallInstruction } from '../linux/vdso.ts';
import type { Waiter } from '../linux/wait.ts';
import { ptraceEventOf } from '../linux/wait-status.ts';

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;
const CLOCK_MONOTONIC = 1;
const FOREVER_MS = 3_600_000;

/**
 * What wakes a tracer that blocks in wait4: a small task of our own, traced like any other. It sleeps in
 * clock_nanosleep until the next timed action; then it stops, and wait4 returns. (Signals and timers of the tracer's
 * own thread lose wake-ups: one that comes just before wait4 blocks has no effect.)
 */
export class WakeupTask {
  readonly pid: number;
  readonly #ptrace: Ptrace;
  readonly #table: CallTable;
  readonly #timespec: NativeMemory;
  readonly #sleep: BigUint64Array;
  #dueMs = 0;
  #asleep = false;

  private constructor(pid: number, ptrace: Ptrace, table: CallTable, sleep: BigUint64Array, timespec: NativeMemory) {
    this.pid = pid;
    this.#ptrace = ptrace;
    this.#table = table;
    this.#sleep = sleep;
    this.#timespec = timespec;
  }

  /** Makes the task and stops it. `waiter` sees nothing else meanwhile. */
  static create(ptrace: Ptrace, waiter: Waiter): WakeupTask {
    const table = new CallTable(4096);
    table.call(SYS.prctl, PR_SET_PDEATHSIG, SIGKILL);
    // A pipe that the target closes is closed.
    table.call(SYS.close_range, 0, 2 ** 32 - 1, 0);
    table.call(SYS.pause);
    table.call(SYS.exit, 0);
    const pid = table.start();
    ptrace.seize(pid, PTRACE_O_EXITKILL);
    ptrace.interrupt(pid);
    waiter.task(pid);
    if (ptraceEventOf(waiter.status) === 0)
      throw new Error(`wake-up task: unexpected stop ${waiter.status.toString(16)}`);
    // It shares our memory, so the time to wake at and the instruction to sleep by are ours.
    const timespec = NativeMemory.allocate(16);
    const sleep = ptrace.registers(pid)!;
    putRegister(sleep, 'rax', SYS.clock_nanosleep);
    putRegister(sleep, 'orig_rax', -1);
    putRegister(sleep, 'rip', syscallInstruction());
    putRegister(sleep, 'rdi', CLOCK_MONOTONIC);
    putRegister(sleep, 'rsi', 0);
    putRegister(sleep, 'rdx', timespec.address);
    putRegister(sleep, 'r10', 0);
    return new WakeupTask(pid, ptrace, table, sleep, timespec);
  }

  /** After its stop, or at first: sleeps until `dueMs` (monotonic; at most an hour). */
  arm(dueMs: number): void {
    this.#dueMs = dueMs;
    const left = Math.min(Math.max(0, dueMs - monotonicMs()), FOREVER_MS);
    const seconds = Math.floor(left / 1000);
    this.#timespec.view.setBigInt64(0, BigInt(seconds), true);
    this.#timespec.view.setBigInt64(8, BigInt(Math.floor((left - seconds * 1000) * 1e6)), true);
    this.#ptrace.setRegisters(this.pid, this.#sleep);
    this.#ptrace.resume(PTRACE_SINGLESTEP, this.pid);
    this.#asleep = true;
  }

  /** wait4 has returned a stop of it. */
  stopped(): void {
    this.#asleep = false;
  }

  /** Makes sure that it stops no later than `dueMs`. */
  wakeBy(dueMs: number): void {
    if (dueMs >= this.#dueMs || !this.#asleep) return;
    this.#dueMs = dueMs;
    this.#ptrace.interrupt(this.pid);
  }

  /** Ends the task. */
  remove(waiter: Waiter): void {
    sendSignal(this.pid, SIGKILL);
    // It may report a stop that came before its death.
    while (waiter.task(this.pid) !== 0 && (waiter.status & 0xff) === 0x7f);
    this.#table.free();
    this.#timespec.free();
  }
}
