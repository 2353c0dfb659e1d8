import { HELPER } from '../../linux/bpf.ts';
import { type BpfAssembler, R0, R1, R2, R3, R6, R7, R8, R9, R10 } from '../../linux/bpf-assembler.ts';
import {
  COUNTER,
  KERNEL_KIND,
  KERNEL_RECORD,
  KERNEL_SIGINFO_BYTES,
  RECORD_FLAG,
  SIGINFO,
  SIGNAL_BYTES,
  TASK,
  TASK_FLAG,
} from './layout.ts';
import {
  count,
  currentTask,
  emit,
  IN_CALL_AT,
  inCgroup,
  lookup,
  type ProgramChoice,
  RECORD_AT,
  readKernel,
  SIGKILL,
  SIGNAL_GROUP_EXIT,
  shortRecord,
  TID_AT,
  WORD_AT,
} from './program-parts.ts';

/** What became of a signal that was sent: TRACE_SIGNAL_DELIVERED, TRACE_SIGNAL_IGNORED. */
const SIGNAL_SENT = 0;
const SIGNAL_IGNORED = 1;
/** What the kernel passes instead of a siginfo, and what it means: see __send_signal_locked in its kernel/signal.c. */
const SEND_SIG_NOINFO = 0;
const SEND_SIG_PRIV = 1;
const SI_KERNEL = 0x80;
/** A signal is delivered. */
export function signalDelivered(code: BpfAssembler, choice: ProgramChoice): void {
  inCgroup(code, choice.maps);
  code.load('u64', R8, R6, 0).jumpIf(R8, '==', SIGKILL, 'out');
  currentTask(code, choice.maps, 'known', 'out');
  code.label('known').move(R7, 0);
  signalRecord(code, choice);
}

/**
 * A signal that its task ignores, or that ends it by default, is never delivered, but strace shows it: so it is told when
 * it is sent.
 */
export function signalUndelivered(code: BpfAssembler, choice: ProgramChoice): void {
  const { maps, offsets } = choice;
  code.load('u64', R8, R6, 0).load('u64', R7, R6, 16).load('u64', R9, R6, 32).jumpIf(R8, '==', SIGKILL, 'out');
  readKernel(code, R7, offsets.task.pid, TID_AT, 4);
  lookup(code, maps.tasks, TID_AT);
  code
    .jumpIf(R0, '==', 0, 'out')
    .load('u8', R1, R0, TASK.flags)
    .and(R1, TASK_FLAG.open)
    .store('u64', R10, IN_CALL_AT, R1)
    .jumpIf(R9, '==', SIGNAL_IGNORED, 'tell')
    .jumpIf(R9, '!=', SIGNAL_SENT, 'out');
  readKernel(code, R7, offsets.task.signal, WORD_AT, 8);
  code.load('u64', R7, R10, WORD_AT);
  readKernel(code, R7, offsets.group.flags, WORD_AT, 4);
  code.load('u32', R1, R10, WORD_AT).and(R1, SIGNAL_GROUP_EXIT).jumpIf(R1, '==', 0, 'out');
  readKernel(code, R7, offsets.group.group_exit_code, WORD_AT, 4);
  code.load('u32', R1, R10, WORD_AT).jumpIf(R1, '!=', R8, 'out').label('tell').load('u64', R7, R10, IN_CALL_AT);
  signalRecord(code, choice);
}

/**
 * The signal in R8, for the task at TID_AT, which is in a call if R7 is 1; its siginfo is the second thing that the
 * tracepoint tells.
 */
function signalRecord(code: BpfAssembler, { maps, events }: ProgramChoice): void {
  count(code, maps, COUNTER.signals, 'signals');
  if (!events) return;
  shortRecord(code, KERNEL_KIND.signal);
  code
    .load('u32', R1, R10, TID_AT)
    .store('u32', R10, RECORD_AT + KERNEL_RECORD.tid, R1)
    .store('u32', R10, RECORD_AT + KERNEL_RECORD.number, R8)
    .multiply(R7, RECORD_FLAG.inCall)
    .store('u16', R10, RECORD_AT + KERNEL_RECORD.flags, R7)
    .load('u64', R9, R6, 8)
    .move(R1, R10)
    .add(R1, RECORD_AT + KERNEL_RECORD.siginfo)
    .move(R2, KERNEL_SIGINFO_BYTES)
    .move(R3, R9)
    .call(HELPER.probe_read_kernel)
    .store('u32', R10, RECORD_AT + KERNEL_RECORD.siginfo + SIGINFO.signo, R8)
    .jumpIf(R9, '==', SEND_SIG_NOINFO, 'by the current task')
    .jumpIf(R9, '!=', SEND_SIG_PRIV, 'siginfo')
    .store('u32', R10, RECORD_AT + KERNEL_RECORD.siginfo + SIGINFO.code, SI_KERNEL)
    .jump('siginfo')
    .label('by the current task')
    .call(HELPER.get_current_pid_tgid)
    .shiftRight(R0, 32)
    .store('u32', R10, RECORD_AT + KERNEL_RECORD.siginfo + SIGINFO.pid, R0)
    .call(HELPER.get_current_uid_gid)
    .store('u32', R10, RECORD_AT + KERNEL_RECORD.siginfo + SIGINFO.uid, R0)
    .label('siginfo');
  emit(code, maps, 'signal', RECORD_AT, SIGNAL_BYTES);
}
