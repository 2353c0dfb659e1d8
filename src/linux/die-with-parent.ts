import { check, syscall } from './libc.ts';
import { SYS } from './syscall-numbers.ts';

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/** This process is killed when the thread ends that has started it: prctl(2), PR_SET_PDEATHSIG. */
export function dieWithParent(): void {
  check(syscall(SYS.prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0, 0), 'prctl');
}
