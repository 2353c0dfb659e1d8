import { check, syscall } from './libc.ts';
import { SYS } from './syscall-numbers.ts';

const ADDR_NO_RANDOMIZE = 0x0040000;

/** What this thread executes from now on, and threads that it makes, has the same addresses in each run: personality(2). */
export function fixAddresses(): void {
  check(syscall(SYS.personality, ADDR_NO_RANDOMIZE, 0, 0, 0, 0, 0), 'personality');
}
