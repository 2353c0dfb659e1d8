import { sendSignal } from '../linux/signals.ts';
import { CONTROL } from './record.ts';

const SIGSTOP = 19;

/**
 * How another thread asks a stop loop to let its attached tasks go: by a flag in the control block, and by a stop of the
 * loop's doorbell, which wakes it.
 */
export class LeaveRequest {
  readonly #control: Int32Array;

  constructor(control: Int32Array) {
    this.#control = control;
  }

  /** For the thread that asks. */
  make(): void {
    Atomics.store(this.#control, CONTROL.leave, 1);
    const pid = Atomics.load(this.#control, CONTROL.doorbell);
    if (pid > 0) sendSignal(pid, SIGSTOP);
  }

  /** For the loop: whether it has been asked. It has to look after {@link wakeBy}, and whenever that task has stopped. */
  get isMade(): boolean {
    return Atomics.load(this.#control, CONTROL.leave) !== 0;
  }

  /** For the loop: the task to stop. */
  wakeBy(pid: number): void {
    Atomics.store(this.#control, CONTROL.doorbell, pid);
  }
}
