import type { CaseFault } from '../../../model/sweep.ts';

/** How many calls of a name are a spin, beyond ten times as many as a clean run makes. */
export type SpinLimit = (syscall: string) => number;

/** Where the case makes the very call fail for good; and where a run has come to its deadline. */
export const FEW_CALLS = 200;
/** Calls that get memory: without any, an allocator asks anew for each thing that a program would like to have. Python does 4,900 times, and ends. */
const MEMORY: ReadonlySet<string> = new Set(['brk', 'mmap', 'munmap', 'mremap', 'mprotect', 'madvise']);
/** Where it does not: what has failed once may be done piece by piece from there on, a transaction a row. */
const MANY_CALLS = 10_000;

/** Tells a spin soon, as most are one: a case with these faults. */
export function soonLimit(faults: readonly Pick<CaseFault, 'syscall' | 'way'>[]): SpinLimit {
  const failing = new Set(faults.filter(({ way }) => way === 'persistent').map(({ syscall }) => syscall));
  return (syscall) => (failing.has(syscall) && !MEMORY.has(syscall) ? FEW_CALLS : MANY_CALLS);
}

/** Tells it when it is sure, for findings: a failure for each line of the input is no spin, as it comes to an end. */
export const SURE_LIMIT: SpinLimit = () => MANY_CALLS;
