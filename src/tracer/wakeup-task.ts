import { CallTable } from '../linux/call-table.ts';
import { monotonicMs } from '../linux/clock.ts';
import { PTRACE_CONT, PTRACE_O_EXITKILL, type Ptrace } from '../linux/ptrace.ts';
import { sendSignal } from '../linux/signals.ts';
import { SYS } from '../linux/syscall-numbers.ts';
import type { Waiter } from '../linux/wait.ts';
import { ptraceEventOf } from '../linux/wait-status.ts';

const PR_SET_PDEATHSIG = 1;
const SIGTRAP = 5;
const SIGKILL = 9;
const SIG_SETMASK = 2;
const SIGSET_BYTES = 8;
const ALL_BUT_SIGTRAP = ~(1n << BigInt(SIGTRAP - 1));
const CLOCK_MONOTONIC = 1;
const TIMER_ABSTIME = 1;
const TIMESPEC_BYTES = 16;
const FOREVER_MS = 3_600_000;

/**
 * What wakes a tracer that blocks in wait4: a small task of our own, traced like any other. It sleeps until the next timed action; then it
 * sends itself a signal, which stops it, and wait4 returns. (Signals and timers of the tracer's own thread lose wake-ups: one that
 * comes just before wait4 blocks has no effect.)
 *
 * It sleeps until an absolute time, which lies in memory that we share: a sleep that was interrupted begins again, with the time that
 * stands there then. So nothing of the task has to be changed to set another time.
 */
export class WakeupTask {
  readonly pid: number;
  readonly #ptrace: Ptrace;
  readonly #table: CallTable;
  readonly #timespec: number;
  #dueMs = 0;
  #asleep = false;

  private constructor(pid: number, ptrace: Ptrace, table: CallTable, timespec: number) {
    this.pid = pid;
    this.#ptrace = ptrace;
    this.#table = table;
    this.#timespec = timespec;
  }

  /** Makes the task and stops it. `waiter` sees nothing else meanwhile. */
  static create(ptrace: Ptrace, waiter: Waiter): WakeupTask {
    const table = new CallTable(4096);
    const timespec = table.bytes(new Uint8Array(TIMESPEC_BYTES));
    const mask = table.bytes(new Uint8Array(BigUint64Array.of(ALL_BUT_SIGTRAP).buffer));
    table.call(SYS.prctl, PR_SET_PDEATHSIG, SIGKILL);
    // A pipe that the target closes is closed.
    table.call(SYS.close_range, 0, 2 ** 32 - 1, 0);
    table.call(SYS.rt_sigprocmask, SIG_SETMASK, mask, 0, SIGSET_BYTES);
    const sleep = table.next;
    table.call(SYS.clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, timespec, 0);
    const ring = table.next;
    table.call(SYS.kill, 0, SIGTRAP);
    table.goTo(sleep);
    writeTime(table, timespec, FOREVER_MS);
    const pid = table.start();
    table.setArgument(ring, 0, pid);
    ptrace.seize(pid, PTRACE_O_EXITKILL);
    ptrace.interrupt(pid);
    waiter.task(pid);
    if (ptraceEventOf(waiter.status) === 0)
      throw new Error(`wake-up task: unexpected stop ${waiter.status.toString(16)}`);
    return new WakeupTask(pid, ptrace, table, timespec);
  }

  /** After its stop, or at first: sleeps until `dueMs` (monotonic; at most an hour). */
  arm(dueMs: number): void {
    this.#dueMs = dueMs;
    writeTime(this.#table, this.#timespec, Math.min(dueMs - monotonicMs(), FOREVER_MS));
    this.#ptrace.resume(PTRACE_CONT, this.pid);
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
  }
}

/** The moment that comes in so many milliseconds, as a struct timespec of CLOCK_MONOTONIC. */
function writeTime({ arena }: CallTable, timespec: number, inMs: number): void {
  const ms = monotonicMs() + inMs;
  const seconds = Math.floor(ms / 1000);
  const at = timespec - arena.address;
  arena.view.setBigInt64(at, BigInt(seconds), true);
  arena.view.setBigInt64(at + 8, BigInt(Math.floor((ms - seconds * 1000) * 1e6)), true);
}
