import type { StackFrame } from '../../model/stack-frame.ts';

const NONE: readonly StackFrame[] = [];

/** Longer names (of C++ templates) are cut, so that one always fits into a record. */
const MAX_NAME = 16 * 1024;

/** Gives frames numbers, from 0 on, so that each is named but once in the trace however often it comes. */
export class FrameNames {
  readonly #frames: StackFrame[] = [];
  /** How many have been taken. */
  #taken = 0;

  id(frame: StackFrame): number {
    const { symbol } = frame;
    const isLong = symbol !== undefined && symbol.length > MAX_NAME;
    return this.#frames.push(isLong ? { ...frame, symbol: symbol.slice(0, MAX_NAME) } : frame) - 1;
  }

  /** The frame with a number. */
  frame(id: number): StackFrame {
    return this.#frames[id]!;
  }

  /** The frames that have got a number since the last time, in the order of their numbers. */
  takeFresh(): readonly StackFrame[] {
    if (this.#taken === this.#frames.length) return NONE;
    const fresh = this.#frames.slice(this.#taken);
    this.#taken = this.#frames.length;
    return fresh;
  }
}
