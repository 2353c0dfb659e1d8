import { waitingSignals } from '../../linux/pending-signals.ts';
import { getRegister, type Ptrace, putRegister } from '../../linux/ptrace.ts';
import { isInterruptible } from './calls.ts';
import type { TaskTurn } from './task-turn.ts';

const SYSCALL_INSTRUCTION_BYTES = 2n;

/**
 * A signal has come to a task that stands at the entry of a call that waits. If the call were made, it would be interrupted, as if the signal had come
 * while it waited; a signal that came one instruction earlier runs its handler first, and then the call waits: programs that look at a
 * flag and then pause(2) hang so. Sends the task back before its `syscall` instruction, not yet in the call; false if there is no need.
 */
export function rewindCall(ptrace: Ptrace, { task, nr }: TaskTurn): boolean {
  if (!isInterruptible(nr) || !waitingSignals(task.tid)) return false;
  const registers = ptrace.registers(task.tid);
  if (!registers) return false;
  putRegister(registers, 'rip', getRegister(registers, 'rip') - SYSCALL_INSTRUCTION_BYTES);
  putRegister(registers, 'rax', nr);
  putRegister(registers, 'orig_rax', -1);
  return ptrace.setRegisters(task.tid, registers);
}
