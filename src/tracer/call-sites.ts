import type { StackFrame } from '../model/stack-frame.ts';
import type { Located } from '../model/trace-event.ts';

const TWO_32 = 2 ** 32;

/** Where tasks are, as records say it before what they are about. */
export class CallSites {
  readonly #frames: StackFrame[] = [];
  readonly #callSites = new Map<number, Located>();

  /** A frame, by its id. */
  name(id: number, json: Uint8Array): void {
    this.#frames[id] = JSON.parse(Buffer.from(json).toString());
  }

  /** `words`: the two of the instruction pointer, then ids of frames. */
  put(tid: number, words: Uint32Array): void {
    const stack = words.length === 2 ? undefined : Array.from(words.subarray(2), (id) => this.#frames[id]!);
    this.#callSites.set(tid, { instructionPointer: words[1]! * TWO_32 + words[0]!, stack });
  }

  /** That of what comes next. */
  take(tid: number): Located | undefined {
    const callSite = this.#callSites.get(tid);
    if (callSite !== undefined) this.#callSites.delete(tid);
    return callSite;
  }
}
