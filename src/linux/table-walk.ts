import { functionAt } from './libc.ts';
import { executable } from './machine-code/executable.ts';
import { walkerForArm, walkerForX86 } from './machine-code/table-walker.ts';

let walker: ((table: number) => number) | undefined;

/**
 * Makes the system calls of the table at this address (see machine-code/table-walker.ts), up to a row that makes a child, or is
 * marked so and returns anything but 0: its result is returned.
 */
export function walkTable(table: number): number {
  walker ??= functionAt(executable(process.arch === 'arm64' ? walkerForArm() : walkerForX86()));
  return walker(table);
}
