import type { StackFrame } from '../model/stack-frame.ts';
import type { Task } from './task.ts';

/** Says where in its program a stopped task is. What it found is there until it is asked again. */
export interface Locator {
  /** How many frames the task's stack has; -1 if the task is gone, or is no program of its own yet. */
  locate(task: Task): number;
  /** Their ids, from the innermost. */
  readonly frames: Uint32Array;
  /** Two words: low, high. */
  readonly instructionPointer: Uint32Array;
  /** The frame with an id. */
  frame(id: number): StackFrame;
  /** The frames that have got an id since the last time: ids count from 0. */
  takeFreshFrames(): readonly StackFrame[];
}
