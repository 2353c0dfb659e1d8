import { ASK_AT, COUNTS_BYTES, MAX_TASK_ROWS } from '../linux/machine-code/stop-block.ts';
import { NativeMemory } from '../linux/memory.ts';
import type { Policy } from './policy.ts';
import type { Task } from './task.ts';

/** So many calls may pass at most before a policy is asked again: a count of 32 bits. */
const MAX_PASSES = 0x7fffffff;

/**
 * Calls that a policy need not be asked about, of the tasks that machine code looks after: that counts them, and stops at the ones
 * that count. What it has counted is told to task and policy whenever somebody else sees to the task.
 */
export class PassedCalls {
  readonly #policy: Policy;
  readonly #numbers: readonly number[];
  readonly #memory = NativeMemory.allocate(MAX_TASK_ROWS * COUNTS_BYTES);
  /** Where the counts of each task lie. */
  readonly #offsets = new Map<Task, number>();
  readonly #free: number[] = Array.from({ length: MAX_TASK_ROWS }, (_, place) => place * COUNTS_BYTES);

  constructor(policy: Policy, numbers: readonly number[]) {
    this.#policy = policy;
    this.#numbers = numbers;
  }

  /** The address of the counts of a task, for which there is room for MAX_TASK_ROWS at a time. */
  addressOf(task: Task): number {
    let offset = this.#offsets.get(task);
    if (offset === undefined) {
      offset = this.#free.pop()!;
      this.#memory.u8.fill(0, offset, offset + COUNTS_BYTES);
      this.#offsets.set(task, offset);
    }
    return this.#memory.address + offset;
  }

  /** Tells what has passed, and says how many calls may from now on. */
  renew(task: Task): void {
    this.settle(task);
    const offset = this.#offsets.get(task)!;
    for (const nr of this.#numbers) {
      this.#memory.u32[(offset + ASK_AT) / 4 + nr] = Math.min(MAX_PASSES, this.#policy.mayPass!(task, nr) + 1);
    }
  }

  /** Tells what has passed. */
  settle(task: Task): void {
    const offset = this.#offsets.get(task);
    if (offset === undefined) return;
    for (const nr of this.#numbers) {
      const count = this.#memory.u32[offset / 4 + nr]!;
      if (count === 0) continue;
      this.#memory.u32[offset / 4 + nr] = 0;
      task.countMore(nr, count);
      this.#policy.passed!(task, nr, count);
    }
  }

  /** Of these alone are the counts kept. */
  keepOnly(tasks: readonly Task[]): void {
    for (const [task, offset] of this.#offsets) {
      if (tasks.includes(task)) continue;
      this.settle(task);
      this.#offsets.delete(task);
      this.#free.push(offset);
    }
  }

  free(): void {
    this.#memory.free();
  }
}
