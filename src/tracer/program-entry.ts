import { AT_ENTRY, auxiliaryValue } from '../linux/auxv.ts';
import type { Breakpoints } from './points/breakpoints.ts';
import type { Task } from './task.ts';

const NAME = 'entry point';

/**
 * Notices when a program comes to its own entry point, the dynamic loader behind it: a breakpoint at AT_ENTRY, set at
 * execve, taken away when it is reached.
 */
export class ProgramEntry {
  readonly #breakpoints: Breakpoints;
  #isUsed = false;

  constructor(breakpoints: Breakpoints) {
    this.#breakpoints = breakpoints;
  }

  /** At the exec stop. */
  arm(task: Task): void {
    this.#isUsed = true;
    const address = auxiliaryValue(task.tid, AT_ENTRY);
    // A program without an entry point that can be read has reached it at once.
    task.state.reachedEntryPoint = address === undefined || !this.#breakpoints.set(task, address, NAME);
  }

  /** At a stop by SIGTRAP: true if it was the breakpoint, and the task goes on as if there had been none. */
  reached(task: Task): boolean {
    if (!this.#isUsed || task.state.reachedEntryPoint) return false;
    const breakpoint = this.#breakpoints.at(task);
    if (breakpoint?.name !== NAME) return false;
    this.#breakpoints.stepBack(task, breakpoint);
    this.#breakpoints.remove(task, breakpoint);
    task.state.reachedEntryPoint = true;
    return true;
  }
}
