import { syscallNumber } from '../syscalls/syscall-table.ts';
import type { StoppedCall } from '../tracer/policy.ts';
import type { Task } from '../tracer/task.ts';

export const RT_SIGACTION: number = syscallNumber('rt_sigaction')!;

/**
 * Signals that say that something has happened, or that a time is over (SIGCHLD, SIGURG, SIGIO, SIGCONT, SIGPROF, SIGVTALRM):
 * programs bear one too many. Those that ask a program to end, that tell it of a fault of its own, or that its libraries use
 * are none.
 */
const HARMLESS = [17, 23, 29, 18, 27, 26];
/** Signals that may be orders of a user's: SIGALRM, SIGUSR1, SIGUSR2, SIGWINCH. */
const ORDERS = [14, 10, 12, 28];

/** Signals that ask a program to end: SIGHUP, SIGINT, SIGQUIT, SIGTERM. */
const ENDING = [1, 2, 3, 15];

/** Signals that a task gets for what it does itself (SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV): they do not come while it sleeps in a call. */
const OWN_FAULTS = [4, 5, 7, 8, 11];

const SA_RESTART = 0x10000000;
const SIG_DFL = 0;
const SIG_IGN = 1;

/** What a process has set for a signal. */
interface Handler {
  readonly address: number;
  readonly flags: number;
}

/** Of the kernel's struct sigaction: the handler, then the flags. */
const SIGACTION_BYTES = 16;

/**
 * Which signal handlers each process has set, and whether they have SA_RESTART. The kernel tells nobody, so the calls
 * of rt_sigaction are watched.
 */
export class SignalHandlers {
  readonly #byProcess = new Map<number, Map<number, Handler>>();

  /** At the entry of rt_sigaction(signal, new action, ...). */
  onSigaction(call: StoppedCall): void {
    const address = call.args.unsigned(1);
    const action = address === 0 ? undefined : call.read(address, SIGACTION_BYTES);
    if (!action || action.length < SIGACTION_BYTES) return;
    const view = new DataView(action.buffer, action.byteOffset);
    const handler = Number(view.getBigUint64(0, true));
    const signal = call.args.i32(0);
    const handlers = this.#of(call.task.tgid);
    if (handler === SIG_DFL || handler === SIG_IGN) handlers.delete(signal);
    else handlers.set(signal, { address: handler, flags: view.getUint32(8, true) });
  }

  /** A process inherits the handlers of its parent; execve drops them. */
  onBirth(child: Task, parentTgid: number): void {
    if (child.tgid !== parentTgid) this.#byProcess.set(child.tgid, new Map(this.#of(parentTgid)));
  }

  onExec(task: Task): void {
    this.#byProcess.delete(task.tgid);
  }

  onEnd(task: Task): void {
    if (task.tid === task.tgid) this.#byProcess.delete(task.tgid);
  }

  /** Whether there are handlers of what may interrupt a call, and each has SA_RESTART: then the kernel restarts what can be restarted. */
  of(task: Task): 'none' | 'all-restart' | 'some-do-not' {
    const handlers = [...this.#of(task.tgid)].filter(([signal]) => !OWN_FAULTS.includes(signal));
    if (handlers.length === 0) return 'none';
    return handlers.every(([, { flags }]) => (flags & SA_RESTART) !== 0) ? 'all-restart' : 'some-do-not';
  }

  /**
   * A signal that would interrupt a call of this task, so that its handler runs: one that `isBlocked` does not hold back. For
   * calls that are restarted, one whose handler does not say so. `orders`: it may be one that is an order to some programs.
   * Never one with the handler of a signal that asks to end: that cleans up and ends the program (sort, ls).
   */
  interrupting(
    task: Task,
    orders: boolean,
    restarts: boolean,
    isBlocked: (signal: number) => boolean,
  ): number | undefined {
    const handlers = this.#of(task.tgid);
    const endings = new Set(ENDING.map((signal) => handlers.get(signal)?.address));
    return [...HARMLESS, ...(orders ? ORDERS : [])].find((signal) => {
      const handler = handlers.get(signal);
      if (!handler || endings.has(handler.address) || isBlocked(signal)) return false;
      return !restarts || (handler.flags & SA_RESTART) === 0;
    });
  }

  #of(tgid: number): Map<number, Handler> {
    let handlers = this.#byProcess.get(tgid);
    if (!handlers) {
      handlers = new Map();
      this.#byProcess.set(tgid, handlers);
    }
    return handlers;
  }
}
