import type { TaskMemory } from '../linux/task-memory.ts';
import type { ArgWords } from '../model/arg-words.ts';
import type { Task } from './task.ts';

/** Who is told by a stop loop what happens, beside the policy that decides about it. */
export interface EventRecorder {
  /** Whether {@link signal} needs the siginfo_t. */
  readonly wantsSiginfo: boolean;
  /** The memory to capture from: it belongs to the stop loop. */
  attach(memory: TaskMemory): void;
  /** True if it is to be told of the exit of this call, too. */
  entry(task: Task, args: ArgWords): boolean;
  exit(task: Task, args: ArgWords, result: ArgWords, errno: number): void;
  signal(task: Task, signal: number, siginfo: Uint8Array | undefined): void;
  groupStop(task: Task, signal: number): void;
  /** `attached`: it was there before. */
  taskStart(task: Task, parentTid: number, attached: boolean): void;
  /** Another thread of `leader` goes on under its id. */
  supersede(leader: Task, successor: Task, formerTid: number): void;
  taskEnd(task: Task, status: number): void;
  detach(task: Task): void;
}

/** For runs that only a policy follows. */
export const NO_RECORDER: EventRecorder = {
  wantsSiginfo: false,
  attach() {},
  entry: () => false,
  exit() {},
  signal() {},
  groupStop() {},
  taskStart() {},
  supersede() {},
  taskEnd() {},
  detach() {},
};
