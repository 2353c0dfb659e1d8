import { sendSignal } from '../linux/signals.ts';
import { CONTROL } from './record.ts';

const SIGSTOP = 19;

/** For another thread: has a stop loop look at what it is asked, by a stop of its wake-up task. */
export function wakeLoop(control: Int32Array): void {
  const pid = Atomics.load(control, CONTROL.wakeupTask);
  if (pid > 0) sendSignal(pid, SIGSTOP);
}

/**
 * How another thread asks a stop loop to detach its tasks: by a flag in the control block, and by a stop of the
 * loop's wake-up task, which wakes it.
 */
export class DetachRequest {
  readonly #control: Int32Array;

  constructor(control: Int32Array) {
    this.#control = control;
  }

  /** For the thread that asks. */
  make(): void {
    Atomics.store(this.#control, CONTROL.detach, 1);
    wakeLoop(this.#control);
  }

  /** For the loop: whether it has been asked. It has to look after {@link wakeBy}, and whenever that task has stopped. */
  get isMade(): boolean {
    return Atomics.load(this.#control, CONTROL.detach) !== 0;
  }

  /** For the loop: the task to stop. */
  wakeBy(pid: number): void {
    Atomics.store(this.#control, CONTROL.wakeupTask, pid);
  }
}
