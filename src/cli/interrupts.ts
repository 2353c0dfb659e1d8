import { constants } from 'node:os';
import { sendSignal } from '../linux/signals.ts';
import { inForeground } from '../linux/terminal.ts';
import type { Interruptible } from './trace-settings.ts';

const SIGINT = 2;
const SIGQUIT = 3;

/** What Node.js ignores itself, needs, or may not have. */
const LEFT_ALONE: readonly NodeJS.Signals[] = ['SIGPIPE', 'SIGXFSZ', 'SIGCHLD', 'SIGPROF', 'SIGKILL', 'SIGSTOP'];

const ignore = (): void => {};

/**
 * What a signal to Renacer does while a target runs. SIGTERM and SIGHUP end the run. SIGINT and SIGQUIT are for the target:
 * from the terminal it has got them already, with the whole foreground group; from anywhere else they are passed on, so
 * that it gets them once in either case. SIGTSTP does nothing to us: it is the target that stops, or puts its terminal in
 * order first, or goes on; if it stops, {@link followStop} makes us one stopped job with it. Once the target has ended,
 * and others of its tree are left, the second SIGINT or SIGQUIT ends the run too.
 *
 * Each of the first four lets attached processes go. Where there are only those, that ends the run.
 */
export class Interrupts {
  readonly #abort = new AbortController();
  readonly #leave = new AbortController();
  readonly #handlers = new Map<NodeJS.Signals, () => void>();
  readonly #hasCommand: boolean;
  readonly #follows: boolean;
  #target: number | undefined;
  #cameTooLate = false;
  #received: NodeJS.Signals | undefined;

  /**
   * Of `interruptible`, `never` makes all of them do nothing; `never_tstp` also keeps us from stopping with the target. What our
   * caller ignores (as nohup(1) does) does nothing either.
   */
  constructor(hasCommand: boolean, interruptible: Interruptible = 'waiting', ignored: readonly number[] = []) {
    this.#hasCommand = hasCommand;
    this.#follows = interruptible !== 'never_tstp';
    const isDeaf = interruptible === 'never' || interruptible === 'never_tstp';
    const heed = (handler: () => void): (() => void) => (isDeaf ? ignore : handler);
    this.#on(
      'SIGTERM',
      heed(() => this.#end('SIGTERM')),
    );
    this.#on(
      'SIGHUP',
      heed(() => this.#end('SIGHUP')),
    );
    this.#on(
      'SIGINT',
      heed(() => this.#passOn('SIGINT', SIGINT)),
    );
    this.#on(
      'SIGQUIT',
      heed(() => this.#passOn('SIGQUIT', SIGQUIT)),
    );
    if (hasCommand || !this.#follows) this.#on('SIGTSTP', ignore);
    for (const [name, number] of Object.entries(constants.signals) as [NodeJS.Signals, number][]) {
      if (ignored.includes(number) && !LEFT_ALONE.includes(name)) this.#on(name, ignore);
    }
  }

  /** Aborted when the run is to end. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Aborted when attached processes are to be let go. */
  get leave(): AbortSignal {
    return this.#leave.signal;
  }

  /** Nobody reads the trace any more. A command goes on to its end; of other processes there is nothing left to do. */
  readerGone(): void {
    if (!this.#hasCommand) this.#end('SIGPIPE');
  }

  /** The signal that ended the run. */
  get received(): NodeJS.Signals | undefined {
    return this.#received;
  }

  set target(pid: number) {
    this.#target = pid;
  }

  /** The target has been stopped. Under a shell we stop too, so that the user gets the prompt; `fg` continues both. */
  followStop(signal: number): void {
    if (!this.#follows || (!inForeground(0) && !inForeground(2))) return;
    process.off('SIGTSTP', ignore);
    // It works on us before the call returns, and that is when somebody continues us.
    sendSignal(process.pid, signal);
    process.on('SIGTSTP', ignore);
  }

  stop(): void {
    for (const [signal, handler] of this.#handlers) process.off(signal, handler);
  }

  #on(signal: NodeJS.Signals, handler: () => void): void {
    const former = this.#handlers.get(signal);
    if (former) process.off(signal, former);
    this.#handlers.set(signal, handler);
    process.on(signal, handler);
  }

  #end(signal: NodeJS.Signals): void {
    this.#received ??= signal;
    this.#leave.abort();
    this.#abort.abort();
  }

  #passOn(name: NodeJS.Signals, signal: number): void {
    if (!this.#hasCommand || this.#cameTooLate) {
      this.#end(name);
      return;
    }
    this.#leave.abort();
    // The first one may be what has ended the target: that is an end like others.
    this.#cameTooLate = this.#target !== undefined && !sendSignal(this.#target, 0);
    if (this.#target !== undefined && !inForeground(0) && !inForeground(2)) sendSignal(this.#target, signal);
  }
}
