import { syscall } from './libc.ts';
import { NativeMemory } from './memory.ts';
import { SYS } from './syscall-numbers.ts';

const BYTES = 4096;

/** What a task has told the kernel by set_robust_list(2): which mutexes are to be freed when it ends. */
export interface RobustList {
  /** 0 for none. */
  readonly head: number;
  readonly length: number;
}

/** That of a task that we may trace; none of one that is gone. */
export function robustList(tid: number): RobustList {
  const memory = NativeMemory.allocate(BYTES);
  try {
    const { address, view } = memory;
    const isKnown = syscall(SYS.get_robust_list, tid, address, address + 8, 0, 0, 0) === 0;
    return {
      head: isKnown ? Number(view.getBigUint64(0, true)) : 0,
      length: isKnown ? Number(view.getBigUint64(8, true)) : 0,
    };
  } finally {
    memory.free();
  }
}
