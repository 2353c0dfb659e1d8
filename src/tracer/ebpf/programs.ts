import { HELPER } from '../../linux/bpf.ts';
import { BpfAssembler, R0, R1, R2, R3, R4, R6, R7, R8, R9, R10 } from '../../linux/bpf-assembler.ts';
import { SYS } from '../../linux/syscall-numbers.ts';
import { appendCaptures, SCRATCH } from './capture-code.ts';
import {
  CALL,
  COUNTER,
  COUNTS,
  KERNEL_KIND,
  KERNEL_RECORD,
  KERNEL_SIGINFO_BYTES,
  PLAN,
  PLAN_FLAG,
  RECORD_FLAG,
  SHORT_BYTES,
  SIGINFO,
  SIGNAL_BYTES,
  TASK,
  TASK_FLAG,
  WHEN,
} from './layout.ts';
import {
  abiOf,
  BPF_ANY,
  callRecord,
  count,
  countsOf,
  currentTask,
  emit,
  emitScratch,
  entryRecord,
  IN_CALL_AT,
  inCgroup,
  KEY_AT,
  lookup,
  NOW_AT,
  newTask,
  type ProgramChoice,
  planOf,
  planOfTask,
  RECORD_AT,
  readKernel,
  remove,
  SCRATCH_OF,
  scratch,
  selectVariant,
  shortRecord,
  TID_AT,
  WORD_AT,
} from './program-parts.ts';

/** A program for a raw tracepoint. */
export interface TracepointProgram {
  readonly tracepoint: string;
  readonly code: Uint8Array;
}

const SIGKILL = 9;
/** What became of a signal that was sent: TRACE_SIGNAL_DELIVERED, TRACE_SIGNAL_IGNORED. */
const SIGNAL_SENT = 0;
const SIGNAL_IGNORED = 1;
const SIGNAL_GROUP_EXIT = 4;
/** What the kernel passes instead of a siginfo, and what it means: see __send_signal_locked in its kernel/signal.c. */
const SEND_SIG_NOINFO = 0;
const SEND_SIG_PRIV = 1;
const SI_KERNEL = 0x80;
/** Results beyond this, unsigned, are errors. */
const LAST_RESULT = -4096;

/**
 * The programs of a trace. A task is traced from its execve on if it is in the cgroup (so the launch itself is not), or
 * from its fork if its parent is traced.
 */
export function tracePrograms(choice: ProgramChoice): TracepointProgram[] {
  const needed: [string, (code: BpfAssembler, choice: ProgramChoice) => void][] = [
    ['sys_enter', enter],
    ['sys_exit', exit],
    ['sched_process_fork', fork],
    ['sched_process_exec', exec],
    ['sched_process_exit', end],
    ['signal_deliver', signalDelivered],
    ['signal_generate', signalUndelivered],
  ];
  if (choice.events) needed.push(['sched_switch', fallAsleep]);
  return needed.map(([tracepoint, write]) => {
    const code = new BpfAssembler();
    code.move(R6, R1);
    write(code, choice);
    return { tracepoint, code: code.label('out').move(R0, 0).exit().assemble() };
  });
}

/** A task enters a call. */
function enter(code: BpfAssembler, choice: ProgramChoice): void {
  const { maps, events } = choice;
  inCgroup(code, maps);
  code.load('u64', R7, R6, 0).load('u64', R8, R6, 8);
  currentTask(code, maps, 'known', 'unknown');
  code.label('unknown').jumpIf(R8, '==', SYS.execve, 'begin').jumpIf(R8, '!=', SYS.execveat, 'out').label('begin');
  newTask(code, maps, TID_AT);
  if (events) {
    shortRecord(code, KERNEL_KIND.fork);
    code.load('u32', R1, R10, TID_AT).store('u32', R10, RECORD_AT + KERNEL_RECORD.tid, R1);
    emit(code, maps, 'fork', RECORD_AT, SHORT_BYTES);
  }
  currentTask(code, maps, 'known', 'out');
  code.label('known').move(R9, R0);
  abiOf(code, choice.offsets);
  code.store('u64', R9, TASK.regs, R7).store('u32', R9, TASK.nr, R8);
  planOf(code, maps, R8);
  code
    .move(R7, R0)
    .load('u32', R1, R7, PLAN.flags)
    .and(R1, PLAN_FLAG.selected)
    .jumpIf(R1, '==', 0, 'out')
    .call(HELPER.ktime_get_ns)
    .store('u64', R9, TASK.entered, R0)
    .store('u64', R10, NOW_AT, R0)
    .store('u8', R9, TASK.flags, TASK_FLAG.open);
  countsOf(code, maps);
  code.move(R1, 1).atomicAdd(R0, COUNTS.calls, R1);
  if (!events) return;
  code.load('u32', R1, R7, PLAN.flags).and(R1, PLAN_FLAG.tellEntry).jumpIf(R1, '==', 0, 'out');
  code.store('u8', R9, TASK.flags, TASK_FLAG.open | TASK_FLAG.told);
  entryRecord(code, choice, SCRATCH_OF.enter, choice.captures);
}

/** A task comes back from a call. */
function exit(code: BpfAssembler, choice: ProgramChoice): void {
  const { maps, events } = choice;
  inCgroup(code, maps);
  currentTask(code, maps, 'known', 'out');
  code
    .label('known')
    .move(R9, R0)
    .load('u8', R1, R9, TASK.flags)
    .and(R1, TASK_FLAG.open)
    .jumpIf(R1, '==', 0, 'out')
    .load('u64', R8, R6, 8)
    .call(HELPER.ktime_get_ns)
    .store('u64', R10, NOW_AT, R0);
  planOfTask(code, maps);
  code.move(R7, R0);
  countsOf(code, maps);
  code
    .load('u64', R1, R10, NOW_AT)
    .load('u64', R2, R9, TASK.entered)
    .subtract(R1, R2)
    .atomicAdd(R0, COUNTS.time, R1)
    .jumpIf(R8, '<=', LAST_RESULT, 'counted')
    .move(R1, 1)
    .atomicAdd(R0, COUNTS.errors, R1)
    .label('counted');
  if (!events) {
    code.store('u8', R9, TASK.flags, 0);
    return;
  }
  scratch(code, maps, SCRATCH_OF.exit);
  callRecord(code, KERNEL_KIND.exit);
  code
    .store('u64', R6, SCRATCH.record + CALL.result, R8)
    .move(R1, WHEN.entry)
    .load('u8', R2, R9, TASK.flags)
    .and(R2, TASK_FLAG.told)
    .jumpIf(R2, '==', 0, 'untold')
    .store('u16', R6, SCRATCH.record + KERNEL_RECORD.flags, RECORD_FLAG.told)
    .move(R1, 0)
    .label('untold')
    .jumpIf(R8, '>', LAST_RESULT, 'failed')
    .or(R1, WHEN.exit)
    .label('failed')
    .store('u64', R6, SCRATCH.when, R1)
    .store('u8', R9, TASK.flags, 0);
  selectVariant(code, maps);
  appendCaptures(code, { ...choice.captures, vectors: false });
  emitScratch(code, maps);
}

/** A task falls asleep: if it does so in a call, that one is told now, since it may be long until it comes back. */
function fallAsleep(code: BpfAssembler, choice: ProgramChoice): void {
  const { maps } = choice;
  code.load('u64', R1, R6, 0).and(R1, 0xff).jumpIf(R1, '!=', 0, 'out');
  inCgroup(code, maps);
  currentTask(code, maps, 'known', 'out');
  code
    .label('known')
    .move(R9, R0)
    .load('u8', R1, R9, TASK.flags)
    .jumpIf(R1, '!=', TASK_FLAG.open, 'out')
    .store('u8', R9, TASK.flags, TASK_FLAG.open | TASK_FLAG.told);
  planOfTask(code, maps);
  code.move(R7, R0);
  // Calls with captures of many parts have been told when they were entered.
  entryRecord(code, choice, SCRATCH_OF.switch, { ...choice.captures, vectors: false, buffers: false });
}

/** A traced task makes another. */
function fork(code: BpfAssembler, { maps, offsets, events }: ProgramChoice): void {
  inCgroup(code, maps);
  currentTask(code, maps, 'known', 'out');
  code.label('known').load('u64', R7, R6, 8);
  readKernel(code, R7, offsets.task.pid, WORD_AT, 4);
  readKernel(code, R7, offsets.task.tgid, WORD_AT + 4, 4);
  code.load('u32', R9, R10, TID_AT).load('u32', R1, R10, WORD_AT).store('u32', R10, TID_AT, R1);
  newTask(code, maps, TID_AT);
  if (!events) return;
  shortRecord(code, KERNEL_KIND.fork);
  code
    .load('u32', R1, R10, WORD_AT)
    .store('u32', R10, RECORD_AT + KERNEL_RECORD.tid, R1)
    .store('u32', R10, RECORD_AT + KERNEL_RECORD.number, R9)
    .load('u32', R2, R10, WORD_AT + 4)
    .jumpIf(R1, '==', R2, 'process')
    .store('u16', R10, RECORD_AT + KERNEL_RECORD.flags, RECORD_FLAG.thread)
    .label('process');
  emit(code, maps, 'fork', RECORD_AT, SHORT_BYTES);
}

/** A task has executed a program: if it was a thread beside the first one, it has the id of that now. */
function exec(code: BpfAssembler, { maps, events }: ProgramChoice): void {
  inCgroup(code, maps);
  code
    .load('u64', R8, R6, 8)
    .shiftLeft(R8, 32)
    .shiftRight(R8, 32)
    .call(HELPER.get_current_pid_tgid)
    .shiftLeft(R0, 32)
    .shiftRight(R0, 32)
    .jumpIf(R0, '==', R8, 'out')
    .move(R9, R0)
    .store('u32', R10, TID_AT, R8)
    .store('u32', R10, KEY_AT, R9);
  lookup(code, maps.tasks, TID_AT);
  code
    .jumpIf(R0, '==', 0, 'out')
    .move(R3, R0)
    .loadMap(R1, maps.tasks)
    .move(R2, R10)
    .add(R2, KEY_AT)
    .move(R4, BPF_ANY)
    .call(HELPER.map_update_elem);
  remove(code, maps.tasks, TID_AT);
  if (!events) return;
  shortRecord(code, KERNEL_KIND.supersede);
  code.store('u32', R10, RECORD_AT + KERNEL_RECORD.tid, R9).store('u32', R10, RECORD_AT + KERNEL_RECORD.number, R8);
  emit(code, maps, 'supersede', RECORD_AT, SHORT_BYTES);
}

function end(code: BpfAssembler, { maps, offsets, events }: ProgramChoice): void {
  inCgroup(code, maps);
  currentTask(code, maps, 'known', 'out');
  code.label('known');
  remove(code, maps.tasks, TID_AT);
  if (!events) return;
  code.load('u64', R7, R6, 0);
  readKernel(code, R7, offsets.task.exit_code, WORD_AT, 4);
  shortRecord(code, KERNEL_KIND.end);
  code
    .load('u32', R1, R10, TID_AT)
    .store('u32', R10, RECORD_AT + KERNEL_RECORD.tid, R1)
    .load('u32', R1, R10, WORD_AT)
    .store('u32', R10, RECORD_AT + KERNEL_RECORD.number, R1);
  emit(code, maps, 'end', RECORD_AT, SHORT_BYTES);
}

function signalDelivered(code: BpfAssembler, choice: ProgramChoice): void {
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
function signalUndelivered(code: BpfAssembler, choice: ProgramChoice): void {
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
