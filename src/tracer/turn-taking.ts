import type { Task } from './task.ts';

/** Where tasks run one at a time (see turns/turns.ts): what it has to be told and asked by those who handle stops. */
export interface TurnTaking {
  started(task: Task, parent: Task | undefined): void;
  /** A thread has executed a program: it goes on under the id of its leader, which is no more. */
  superseded(leader: Task, successor: Task, former: number): void;
  ended(task: Task): void;
  /** At an entry stop: whether the exit of the call is to be a stop, too. */
  enters(task: Task): boolean;
  /** Whether a task that is about to go on waits for its turn: it goes on like this then, by Resumption.letGo. */
  keeps(task: Task, request: number, signal: number): boolean;
  /** It stays where it is, and has no use for a turn: it is held, or stopped by job control. */
  isAway(task: Task): void;
}
