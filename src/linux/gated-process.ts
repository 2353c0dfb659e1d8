import type { CallTable, FailedCall } from './call-table.ts';
import { errnoName } from './libc.ts';
import { sendSignal } from './signals.ts';
import type { StartGate } from './start-gate.ts';
import { reap } from './wait.ts';

const SIGKILL = 9;

export interface Birth {
  readonly pid: number;
  /** See {@link GatedProcess.outside}. */
  readonly outside: readonly string[];
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
  readonly #gate: StartGate;
  readonly #byte: number;
  readonly #onLeft: (executed: boolean) => void;

  /** `byte`: what it waits for. `onLeft`: it uses table and gate no more; if it was not executed, it may not have taken its byte. */
  constructor(
    { pid, outside }: Birth,
    table: CallTable,
    gate: StartGate,
    byte: number,
    onLeft: (executed: boolean) => void,
  ) {
    this.pid = pid;
    this.outside = outside;
    this.#table = table;
    this.#gate = gate;
    this.#byte = byte;
    this.#onLeft = onLeft;
  }

  /** Ends it at its gate. */
  abandon(): void {
    sendSignal(this.pid, SIGKILL);
    reap(this.pid);
    this.#onLeft(false);
  }

  /** Lets it go on to execve. */
  open(): void {
    this.#gate.open(this.#byte);
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
    this.#onLeft(executed);
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
