import { CallMemory, type Calls } from './call-memory.ts';
import { check, syscall } from './libc.ts';

/** Calls that this thread makes at once. Each throws SystemCallError if it fails. */
export class OwnCalls extends CallMemory implements Calls {
  call(number: number, ...args: readonly number[]): void {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args;
    check(syscall(number, a, b, c, d, e, f), `system call ${number}`);
  }
}
