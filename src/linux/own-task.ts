import { AT_RANDOM, auxiliaryValue } from './auxv.ts';
import { readProcessStat } from './process-stat.ts';

/**
 * Whether a process is a task that this process has made and that has executed no program, as what wakes a tracer: a child with our
 * memory, where the kernel has put 16 random bytes at an address that no other memory has them at.
 */
export function isOwnTask(pid: number): boolean {
  if (readProcessStat(pid)?.parent !== process.pid) return false;
  return auxiliaryValue(pid, AT_RANDOM) === auxiliaryValue('self', AT_RANDOM);
}
