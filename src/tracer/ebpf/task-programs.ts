import { HELPER } from '../../linux/bpf.ts';
import { type BpfAssembler, R0, R1, R2, R3, R4, R6, R7, R8, R9, R10 } from '../../linux/bpf-assembler.ts';
import { KERNEL_KIND, KERNEL_RECORD, RECORD_FLAG, SHORT_BYTES } from './layout.ts';
import {
  BPF_ANY,
  currentTask,
  emit,
  inCgroup,
  KEY_AT,
  lookup,
  newTask,
  type ProgramChoice,
  RECORD_AT,
  readKernel,
  remove,
  SIGNAL_GROUP_EXIT,
  shortRecord,
  TID_AT,
  WORD_AT,
} from './program-parts.ts';

/** A traced task makes another. */
export function fork(code: BpfAssembler, { maps, offsets, events }: ProgramChoice): void {
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
export function exec(code: BpfAssembler, { maps, events }: ProgramChoice): void {
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

export function end(code: BpfAssembler, { maps, offsets, events }: ProgramChoice): void {
  inCgroup(code, maps);
  currentTask(code, maps, 'known', 'out');
  code.label('known');
  remove(code, maps.tasks, TID_AT);
  if (!events) return;
  code.load('u64', R7, R6, 0);
  shortRecord(code, KERNEL_KIND.end);
  readKernel(code, R7, offsets.task.signal, WORD_AT, 8);
  code.load('u64', R8, R10, WORD_AT);
  readKernel(code, R8, offsets.group.flags, WORD_AT, 4);
  code
    .load('u32', R1, R10, WORD_AT)
    .and(R1, SIGNAL_GROUP_EXIT)
    .jumpIf(R1, '==', 0, 'alone')
    .store('u16', R10, RECORD_AT + KERNEL_RECORD.flags, RECORD_FLAG.wholeProcess)
    .label('alone');
  readKernel(code, R7, offsets.task.exit_code, WORD_AT, 4);
  code
    .load('u32', R1, R10, TID_AT)
    .store('u32', R10, RECORD_AT + KERNEL_RECORD.tid, R1)
    .load('u32', R1, R10, WORD_AT)
    .store('u32', R10, RECORD_AT + KERNEL_RECORD.number, R1);
  emit(code, maps, 'end', RECORD_AT, SHORT_BYTES);
}
