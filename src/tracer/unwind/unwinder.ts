import type { AddressSpace, Region } from './address-space.ts';
import { FrameState, RBP, RIP } from './frame-state.ts';
import type { GeneratedCode } from './generated-code.ts';
import type { StackMemory } from './stack-memory.ts';

/**
 * Walks a stopped task's stack from function to caller: by the tables of the files that the code comes from, and where
 * there are none (programs of compilers at run time, assembly) by the chain of frame pointers.
 */
export class Unwinder {
  readonly #memory: StackMemory;
  readonly #state: FrameState;
  readonly #generated: GeneratedCode;
  readonly #limit: number;
  /** The ids of the frames that {@link walk} has found. */
  readonly frames: Uint32Array;

  /** `limit`: the most frames of a stack. */
  constructor(memory: StackMemory, generated: GeneratedCode, limit: number) {
    this.#memory = memory;
    this.#state = new FrameState(memory);
    this.#generated = generated;
    this.#limit = limit;
    this.frames = new Uint32Array(limit);
  }

  /** Returns how many frames there are. `words`: the registers, as struct user_regs_struct has them. */
  walk(tid: number, tgid: number, space: AddressSpace, words: Uint32Array): number {
    this.#memory.begin(tid);
    this.#generated.begin();
    this.#state.set(words);
    space.refresh(tid);
    // Where the task stands, nothing has been called yet.
    let returns = false;
    for (let count = 0; count < this.#limit; count++) {
      const address = this.#state.get(RIP);
      const region = space.find(tid, returns ? address - 1 : address);
      if (region === undefined) return count;
      if (region.module) {
        const { frame, rules, interprets } = region.module.site(address - region.bias, returns);
        this.frames[count] = (interprets ? this.#interpreted(tgid) : undefined) ?? frame;
        if (!(rules ? this.#state.follow(rules) : this.#state.followFramePointer())) return count + 1;
        returns = !rules?.isSignalFrame;
      } else {
        this.frames[count] = this.#generated.frame(tgid, region.name, address, returns);
        if (!this.#leaveGenerated(region, address)) return count + 1;
        returns = true;
      }
    }
    return this.#limit;
  }

  #interpreted(tgid: number): number | undefined {
    return this.#generated.interpreted(tgid, this.#state.get(RBP), this.#memory);
  }

  /** Code that no table describes may be about to return: what it does then says what it has on the stack. */
  #leaveGenerated(region: Region, address: number): boolean {
    const code = this.#memory.bytes(address, Math.min(EPILOGUE_BYTES, region.end - address));
    // add $N,%rsp; ret
    if (code[0] === 0x48 && code[1] === 0x83 && code[2] === 0xc4 && code[4] === 0xc3 && code[3]! < 0x80) {
      return this.#state.followStackPointer(code[3]!);
    }
    return this.#state.followFramePointer();
  }
}

const EPILOGUE_BYTES = 5;
