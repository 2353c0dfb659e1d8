import { SYS } from '../syscall-numbers.ts';
import { X86Assembler } from './x86-64.ts';

/**
 * Machine code for a task that its tracer has put there. It makes a copy of itself by clone(2), whose arguments it finds in their registers, and again
 * whenever it goes on. The copy tells the kernel of the list of robust mutexes (r12: where, r13: how long), leads a session of its own, and stops by SIGTRAP
 * with its id in rax; so does who can't make one, with a negative errno.
 */
export function forkCode(): Uint8Array {
  return new X86Assembler()
    .label('again')
    .set('rax', SYS.clone)
    .syscall()
    .test('rax')
    .jumpIf('negative', 'stop')
    .jumpIf('not equal', 'again')
    .set('rax', SYS.set_robust_list)
    .move('rdi', 'r12')
    .move('rsi', 'r13')
    .syscall()
    .set('rax', SYS.setsid)
    .syscall()
    .label('stop')
    .breakpoint()
    .assemble();
}
