import type { CallTable, FailedCall } from './call-table.ts';
import { closeFd, writeByte } from './fds.ts';
import { errnoName } from './libc.ts';
import { sendSignal } from './signals.ts';
import { reap } from './wait.ts';

const SIGKILL = 9;

export interface Birth {
  readonly pid: number;
  /** See {@link GatedProcess.outside}. */
  readonly outside: readonly string[];
}

/** What opens the gate: a byte into a pipe. */
interface Key {
  readonly fd: number;
  readonly byte: number;
}

/**
 * A process that has everything set up, and waits at its gate just before execve: the moment to put it into cgroups
 * and to seize it. A {@link Launcher} makes it.
 *
 * It dies if the thread that made it dies before {@link open}.
 */
export class GatedProcess {
  readonly pid: number;
  /** The groups that were asked for and that it is not in: its id is to be written into cgroup.procs of each, before it executes. */
  readonly outside: readonly string[];
  readonly #table: CallTable;
  readonly #key: Key;
  readonly #onLeft: () => void;

  /** `onLeft`: it uses the table no more. */
  constructor({ pid, outside }: Birth, table: CallTable, key: Key, onLeft: () => void) {
    this.pid = pid;
    this.outside = outside;
    this.#table = table;
    this.#key = key;
    this.#onLeft = onLeft;
  }

  /** Ends it at its gate. */
  abandon(): void {
    sendSignal(this.pid, SIGKILL);
    reap(this.pid);
    closeFd(this.#key.fd);
    this.#onLeft();
  }

  /** Lets it go on to execve. */
  open(): void {
    writeByte(this.#key.fd, this.#key.byte);
    closeFd(this.#key.fd);
  }

  /**
   * Blocks until execve has succeeded or failed, and throws LaunchError if it failed. Not for a tracee, which needs its
   * tracer to get there: call {@link finish} at its exec stop or its end.
   */
  awaitExec(): void {
    this.#table.awaitLeave();
    const failed = this.#table.failure !== undefined;
    if (failed) reap(this.pid);
    this.finish(!failed);
  }

  /** After the exec stop, or the end, of a tracee: throws LaunchError if `executed` is false. */
  finish(executed: boolean): void {
    const { failure } = this.#table;
    this.#onLeft();
    if (!executed) throw new LaunchError('execve', failure);
  }
}

/** The command could not be started: `errno` says why. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError';
  readonly step: 'set-up' | 'execve';
  /** 0 if no call failed: it was killed. */
  readonly errno: number;
  readonly code: string;

  constructor(step: 'set-up' | 'execve', failed: FailedCall | undefined) {
    const code = failed === undefined ? 'killed' : errnoName(failed.errno);
    super(failed === undefined ? `${step}: ${code}` : `${step}: ${failed.name}: ${code}`);
    this.step = step;
    this.errno = failed?.errno ?? 0;
    this.code = code;
  }
}
