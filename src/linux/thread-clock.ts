import { bind, check } from './libc.ts';
import { NativeMemory } from './memory.ts';

const CLOCK_THREAD_CPUTIME_ID = 3;

const clockGettime = bind('clock_gettime', 'int', ['int', 'uintptr_t']);

/** The CPU time of the calling thread. */
export class ThreadClock {
  readonly #memory = NativeMemory.allocate(4096);

  /** In milliseconds. */
  get ms(): number {
    check(clockGettime(CLOCK_THREAD_CPUTIME_ID, this.#memory.address), 'clock_gettime');
    const { view } = this.#memory;
    return Number(view.getBigInt64(0, true)) * 1000 + Number(view.getBigInt64(8, true)) / 1e6;
  }
}
