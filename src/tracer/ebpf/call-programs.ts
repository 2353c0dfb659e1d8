import { HELPER } from '../../linux/bpf.ts';
import { type BpfAssembler, R0, R1, R2, R3, R6, R7, R8, R9, R10 } from '../../linux/bpf-assembler.ts';
import { SYS } from '../../linux/syscall-numbers.ts';
import { appendCaptures } from './capture-code.ts';
import { SCRATCH } from './capture-parts.ts';
import {
  CALL,
  COUNTS,
  KERNEL_KIND,
  KERNEL_RECORD,
  PLAN,
  PLAN_FLAG,
  RECORD_FLAG,
  SHORT_BYTES,
  TASK,
  TASK_FLAG,
  WHEN,
} from './layout.ts';
import {
  abiOf,
  callRecord,
  countsOf,
  currentTask,
  emit,
  emitScratch,
  entryRecord,
  FLAGS_AT,
  inCgroup,
  type KernelOffsets,
  NOW_AT,
  newTask,
  type ProgramChoice,
  planOf,
  planOfTask,
  RECORD_AT,
  readKernel,
  SCRATCH_OF,
  SIGKILL,
  SIGNAL_GROUP_EXIT,
  scratch,
  selectVariant,
  shortRecord,
  TID_AT,
  WORD_AT,
} from './program-parts.ts';

/** Results beyond this, unsigned, are errors. */
const LAST_RESULT = -4096;

/** A task enters a call. */
export function enter(code: BpfAssembler, choice: ProgramChoice): void {
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
export function exit(code: BpfAssembler, choice: ProgramChoice): void {
  const { maps, events } = choice;
  inCgroup(code, maps);
  currentTask(code, maps, 'known', 'out');
  code
    .label('known')
    .move(R9, R0)
    .load('u8', R1, R9, TASK.flags)
    .and(R1, TASK_FLAG.open)
    .jumpIf(R1, '==', 0, 'out')
    .load('u64', R8, R6, 8);
  fateOf(code, choice.offsets);
  code.call(HELPER.ktime_get_ns).store('u64', R10, NOW_AT, R0);
  planOfTask(code, maps);
  code.move(R7, R0);
  countsOf(code, maps);
  code
    .load('u64', R1, R10, FLAGS_AT)
    .jumpIf(R1, '!=', 0, 'counted')
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
    .load('u64', R2, R10, FLAGS_AT)
    .jumpIf(R2, '==', 0, 'returned')
    .load('u16', R3, R6, SCRATCH.record + KERNEL_RECORD.flags)
    .or(R3, R2)
    .store('u16', R6, SCRATCH.record + KERNEL_RECORD.flags, R3)
    .jump('failed')
    .label('returned')
    .jumpIf(R8, '>', LAST_RESULT, 'failed')
    .or(R1, WHEN.exit)
    .label('failed')
    .store('u64', R6, SCRATCH.when, R1)
    .store('u8', R9, TASK.flags, 0);
  selectVariant(code, maps);
  appendCaptures(code, { ...choice.captures, vectors: false });
  emitScratch(code, maps);
}

/**
 * Flags of the record of a call that the current task leaves: `killed` if it will not come back to its program, since
 * another thread executes one, ends the process, or somebody has sent SIGKILL. A signal that ends it by default is met on the way
 * back, as a tracer sees it.
 */
function fateOf(code: BpfAssembler, { task, group, pending }: KernelOffsets): void {
  code.store('u64', R10, FLAGS_AT, 0).call(HELPER.get_current_task).move(R7, R0);
  readKernel(code, R7, task.pending + pending.signal, WORD_AT, 8);
  code
    .load('u64', R1, R10, WORD_AT)
    .and(R1, 1 << (SIGKILL - 1))
    .jumpIf(R1, '==', 0, 'lives');
  readKernel(code, R7, task.signal, WORD_AT, 8);
  code.load('u64', R7, R10, WORD_AT);
  readKernel(code, R7, group.flags, WORD_AT, 4);
  code.load('u32', R1, R10, WORD_AT).and(R1, SIGNAL_GROUP_EXIT).jumpIf(R1, '==', 0, 'killed');
  readKernel(code, R7, group.group_exit_code, WORD_AT, 4);
  code
    .load('u32', R1, R10, WORD_AT)
    .and(R1, 0x7f)
    .jumpIf(R1, '==', 0, 'killed')
    .jumpIf(R1, '!=', SIGKILL, 'lives')
    .label('killed')
    .store('u64', R10, FLAGS_AT, RECORD_FLAG.killed)
    .label('lives');
}

/** A task falls asleep: if it does so in a call, that one is told now, since it may be long until it comes back. */
export function fallAsleep(code: BpfAssembler, choice: ProgramChoice): void {
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
