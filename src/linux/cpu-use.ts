import { bind, check } from './libc.ts';
import { NativeMemory } from './memory.ts';

const RUSAGE_SELF = 0;
const RUSAGE_CHILDREN = -1;
const BYTES = 4096;
const US_PER_SECOND = 1e6;
const US_PER_MS = 1000;

const getrusage = bind('getrusage', 'int', ['int', 'uintptr_t']);

/** The CPU time of this process, and of all children that it has waited for, theirs included, in ms (getrusage(2)). */
export function cpuUseMs(): number {
  const memory = NativeMemory.allocate(BYTES);
  try {
    return [RUSAGE_SELF, RUSAGE_CHILDREN].reduce((sum, who) => {
      check(getrusage(who, memory.address), 'getrusage');
      const word = (index: number): number => Number(memory.view.getBigInt64(8 * index, true));
      // Two struct timeval: user, system.
      return sum + ((word(0) + word(2)) * US_PER_SECOND + word(1) + word(3)) / US_PER_MS;
    }, 0);
  } finally {
    memory.free();
  }
}
