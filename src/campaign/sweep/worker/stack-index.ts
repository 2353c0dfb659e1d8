import type { StackFrame } from '../../../model/stack-frame.ts';
import type { Locator } from '../../../tracer/locator.ts';
import type { Task } from '../../../tracer/task.ts';

/** Frames by their ids, from the innermost on: a stack that was seen before is found again without making anything. */
interface Node {
  readonly callers: Map<number, Node>;
  /** The number of the stack that ends here. */
  stack: number;
}

/** Gives the stacks of stopped tasks numbers, from 0 on: each different one once. */
export class StackIndex {
  readonly #locator: Locator;
  readonly #root: Node = { callers: new Map(), stack: -1 };
  readonly #stacks: (readonly StackFrame[])[] = [];

  constructor(locator: Locator) {
    this.#locator = locator;
  }

  /** In the order of their numbers. */
  get stacks(): readonly (readonly StackFrame[])[] {
    return this.#stacks;
  }

  /** The number of the stack of a task; -1 if it can't be had. */
  numberOf(task: Task): number {
    const count = this.#locator.locate(task);
    if (count <= 0) return -1;
    const { frames } = this.#locator;
    let node = this.#root;
    for (let i = 0; i < count; i++) node = callerIn(node, frames[i]!);
    if (node.stack < 0) {
      const ids = frames.subarray(0, count);
      node.stack = this.#stacks.push(Array.from(ids, (id) => this.#locator.frame(id))) - 1;
    }
    return node.stack;
  }
}

function callerIn({ callers }: Node, id: number): Node {
  let node = callers.get(id);
  if (node === undefined) {
    node = { callers: new Map(), stack: -1 };
    callers.set(id, node);
  }
  return node;
}
