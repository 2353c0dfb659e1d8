import { CONTROL } from './record.ts';

/**
 * How many tasks are held by delays of ours, for another thread to know: a tree that is idle because of them is not idle by
 * itself. The stop loop writes it to the control block.
 */
export class HeldTasks {
  readonly #control: Int32Array;

  constructor(control: Int32Array) {
    this.#control = control;
  }

  /** How many are held now; some may have ended in the last moments. */
  get now(): number {
    return Atomics.load(this.#control, CONTROL.held);
  }

  /** How many holds were ever begun, modulo 2^32: if it has changed, there were some since. */
  get ever(): number {
    return Atomics.load(this.#control, CONTROL.holds);
  }

  /** For the loop: one more, and how many that makes. */
  begun(now: number): void {
    Atomics.store(this.#control, CONTROL.held, now);
    Atomics.add(this.#control, CONTROL.holds, 1);
  }

  /** For the loop: so many are left. */
  left(now: number): void {
    Atomics.store(this.#control, CONTROL.held, now);
  }
}
