import { HELPER } from '../../linux/bpf.ts';
import { BpfAssembler, R0, R1, R2, R3, R4, R6, R7, R8, R9, R10, type Register } from '../../linux/bpf-assembler.ts';
import { SYS } from '../../linux/syscall-numbers.ts';
import { appendCaptures, type CaptureChoice, SCRATCH } from './capture-code.ts';
import {
  ABI,
  CALL,
  COUNTER,
  COUNTS,
  KERNEL_SIGINFO_BYTES,
  KIND,
  LONGEST_RECORD,
  NUMBERS,
  PLAN,
  PLAN_FLAG,
  RECORD,
  RECORD_FLAG,
  REGS,
  SHORT_BYTES,
  SIGNAL_BYTES,
  TASK,
  TASK_FLAG,
  WHEN,
} from './layout.ts';

/** File descriptors of the maps that the programs use. */
export interface ProgramMaps {
  readonly cgroup: number;
  readonly tasks: number;
  readonly plans: number;
  /** Where in `plans` those are that depend on an argument. */
  readonly variants: number;
  readonly counts: number;
  readonly counters: number;
  readonly scratch: number;
  readonly ring: number;
}

/** Where members lie in the kernel's struct task_struct, and in its struct signal_struct. */
export interface KernelOffsets {
  readonly task: Readonly<Record<(typeof TASK_MEMBERS)[number], number>>;
  readonly group: Readonly<Record<(typeof GROUP_MEMBERS)[number], number>>;
}

export const TASK_MEMBERS = ['pid', 'tgid', 'exit_code', 'signal'] as const;
export const GROUP_MEMBERS = ['flags', 'group_exit_code'] as const;

export interface ProgramChoice {
  readonly maps: ProgramMaps;
  readonly offsets: KernelOffsets;
  /** Records are wanted, not only counts. */
  readonly events: boolean;
}

/** A program for a raw tracepoint. */
export interface TracepointProgram {
  readonly tracepoint: string;
  readonly code: Uint8Array;
}

/** Which scratch memory a program uses: two may be under way on one CPU at a time. */
const SCRATCH_OF = { enter: 0, exit: 1, switch: 2 } as const;
export const SCRATCHES = 3;

/** Numbers on the stack: keys of maps, a new task, what was read of the registers, and a short record. */
const TID_AT = -4;
const KEY_AT = -8;
const LONG_KEY_AT = -16;
const TASK_AT = -40;
const WORD_AT = -48;
const NOW_AT = -56;
const RECORD_AT = -136;
const IN_CALL_AT = -144;

const BPF_ANY = 0;
/** Nobody waits to be woken. */
const BPF_RB_NO_WAKEUP = 1;
const USER32_CS = 0x23;
const X32_BIT = 0x40000000;
const SIGKILL = 9;
/** What became of a signal that was sent: TRACE_SIGNAL_DELIVERED, TRACE_SIGNAL_IGNORED. */
const SIGNAL_SENT = 0;
const SIGNAL_IGNORED = 1;
const SIGNAL_GROUP_EXIT = 4;
/** Results beyond this, unsigned, are errors. */
const LAST_RESULT = -4096;

/**
 * The programs of a trace. A task is traced from its execve on if it is in the cgroup (so the launch itself is not), or
 * from its birth if its parent is traced.
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
    shortRecord(code, KIND.birth);
    code.load('u32', R1, R10, TID_AT).store('u32', R10, RECORD_AT + RECORD.tid, R1);
    emit(code, maps, 'birth', RECORD_AT, SHORT_BYTES);
  }
  currentTask(code, maps, 'known', 'out');
  code.label('known').move(R9, R0);
  abiOf(code);
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
  entryRecord(code, choice, SCRATCH_OF.enter, { vectors: true, buffers: true });
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
  callRecord(code, KIND.exit);
  code
    .store('u64', R6, SCRATCH.record + CALL.result, R8)
    .move(R1, WHEN.entry)
    .load('u8', R2, R9, TASK.flags)
    .and(R2, TASK_FLAG.told)
    .jumpIf(R2, '==', 0, 'untold')
    .store('u16', R6, SCRATCH.record + RECORD.flags, RECORD_FLAG.told)
    .move(R1, 0)
    .label('untold')
    .jumpIf(R8, '>', LAST_RESULT, 'failed')
    .or(R1, WHEN.exit)
    .label('failed')
    .store('u64', R6, SCRATCH.when, R1)
    .store('u8', R9, TASK.flags, 0);
  selectVariant(code, maps);
  appendCaptures(code, { vectors: false, buffers: true });
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
  entryRecord(code, choice, SCRATCH_OF.switch, { vectors: false, buffers: false });
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
  shortRecord(code, KIND.birth);
  code
    .load('u32', R1, R10, WORD_AT)
    .store('u32', R10, RECORD_AT + RECORD.tid, R1)
    .store('u32', R10, RECORD_AT + RECORD.number, R9)
    .load('u32', R2, R10, WORD_AT + 4)
    .jumpIf(R1, '==', R2, 'process')
    .store('u16', R10, RECORD_AT + RECORD.flags, RECORD_FLAG.thread)
    .label('process');
  emit(code, maps, 'birth', RECORD_AT, SHORT_BYTES);
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
  shortRecord(code, KIND.supersede);
  code.store('u32', R10, RECORD_AT + RECORD.tid, R9).store('u32', R10, RECORD_AT + RECORD.number, R8);
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
  shortRecord(code, KIND.end);
  code
    .load('u32', R1, R10, TID_AT)
    .store('u32', R10, RECORD_AT + RECORD.tid, R1)
    .load('u32', R1, R10, WORD_AT)
    .store('u32', R10, RECORD_AT + RECORD.number, R1);
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
  shortRecord(code, KIND.signal);
  code
    .load('u32', R1, R10, TID_AT)
    .store('u32', R10, RECORD_AT + RECORD.tid, R1)
    .store('u32', R10, RECORD_AT + RECORD.number, R8)
    .multiply(R7, RECORD_FLAG.inCall)
    .store('u16', R10, RECORD_AT + RECORD.flags, R7)
    .load('u64', R3, R6, 8)
    .move(R1, R10)
    .add(R1, RECORD_AT + RECORD.siginfo)
    .move(R2, KERNEL_SIGINFO_BYTES)
    .call(HELPER.probe_read_kernel)
    // The kernel's own signals may have no siginfo.
    .store('u32', R10, RECORD_AT + RECORD.siginfo, R8);
  emit(code, maps, 'signal', RECORD_AT, SIGNAL_BYTES);
}

// What the programs are made of. A name makes labels that stand once in a program.

function inCgroup(code: BpfAssembler, { cgroup }: ProgramMaps): void {
  code.loadMap(R1, cgroup).move(R2, 0).call(HELPER.current_task_under_cgroup).jumpIf(R0, '!=', 1, 'out');
}

/** R0 = the current task in the map, its id at TID_AT; goes on at `known`, or at `unknown`. */
function currentTask(code: BpfAssembler, { tasks }: ProgramMaps, known: string, unknown: string): void {
  code.call(HELPER.get_current_pid_tgid).store('u32', R10, TID_AT, R0);
  lookup(code, tasks, TID_AT);
  code.jumpIf(R0, '==', 0, unknown);
  // What follows the label may be another way in.
  code.jump(known);
}

/** Adds the task whose id is on the stack. */
function newTask(code: BpfAssembler, maps: ProgramMaps, keyAt: number): void {
  for (let at = 0; at < TASK.bytes; at += 8) code.store('u64', R10, TASK_AT + at, 0);
  code
    .loadMap(R1, maps.tasks)
    .move(R2, R10)
    .add(R2, keyAt)
    .move(R3, R10)
    .add(R3, TASK_AT)
    .move(R4, BPF_ANY)
    .call(HELPER.map_update_elem);
  count(code, maps, COUNTER.tasks, 'tasks');
}

function lookup(code: BpfAssembler, map: number, keyAt: number): void {
  code.loadMap(R1, map).move(R2, R10).add(R2, keyAt).call(HELPER.map_lookup_elem);
}

function remove(code: BpfAssembler, map: number, keyAt: number): void {
  code.loadMap(R1, map).move(R2, R10).add(R2, keyAt).call(HELPER.map_delete_elem);
}

function count(code: BpfAssembler, { counters }: ProgramMaps, counter: number, name: string): void {
  code.store('u32', R10, KEY_AT, counter);
  lookup(code, counters, KEY_AT);
  code.jumpIf(R0, '==', 0, `${name} counted`).move(R1, 1).atomicAdd(R0, 0, R1).label(`${name} counted`);
}

/** Copies a member of a kernel structure to the stack. */
function readKernel(code: BpfAssembler, structure: Register, offset: number, to: number, bytes: number): void {
  code.move(R1, R10).add(R1, to).move(R2, bytes).move(R3, structure).add(R3, offset).call(HELPER.probe_read_kernel);
}

/** Notes the ABI of the call that the task in R9 makes; its registers are at R7, its number is in R8. */
function abiOf(code: BpfAssembler): void {
  readKernel(code, R7, REGS.cs, WORD_AT, 8);
  code
    .store('u8', R9, TASK.abi, ABI.i386)
    .load('u64', R1, R10, WORD_AT)
    .jumpIf(R1, '==', USER32_CS, 'abi')
    .store('u8', R9, TASK.abi, ABI.x32)
    .jumpIf(R8, 'has bits', X32_BIT, 'abi')
    .store('u8', R9, TASK.abi, ABI.x86_64)
    .label('abi')
    .and(R8, ~X32_BIT);
}

/** R0 = the plan of the call whose number is given, of the ABI of the task in R9; its index stands at KEY_AT. */
function planOf(code: BpfAssembler, { plans }: ProgramMaps, number: Register): void {
  code
    .load('u8', R1, R9, TASK.abi)
    .jumpIf(R1, '!=', ABI.x86_64, 'foreign')
    .jumpIf(number, '<', NUMBERS, 'native')
    .label('foreign')
    .move(number, NUMBERS - 1)
    .label('native')
    .store('u32', R10, KEY_AT, number);
  lookup(code, plans, KEY_AT);
  code.jumpIf(R0, '==', 0, 'out');
}

/** The same for the call that the task in R9 is in. R2 is lost. */
function planOfTask(code: BpfAssembler, maps: ProgramMaps): void {
  code.load('u32', R2, R9, TASK.nr);
  planOf(code, maps, R2);
}

/** R0 = the counts at KEY_AT. */
function countsOf(code: BpfAssembler, { counts }: ProgramMaps): void {
  lookup(code, counts, KEY_AT);
  code.jumpIf(R0, '==', 0, 'out');
}

/** R6 = the scratch memory of this program; the context is lost. */
function scratch(code: BpfAssembler, maps: ProgramMaps, index: number): void {
  code.store('u32', R10, KEY_AT, index);
  lookup(code, maps.scratch, KEY_AT);
  code.jumpIf(R0, '==', 0, 'out').move(R6, R0);
}

/** The entry of the call that the task in R9 is in, with the plan in R7. */
function entryRecord(code: BpfAssembler, { maps }: ProgramChoice, index: number, captures: CaptureChoice): void {
  scratch(code, maps, index);
  code.load('u64', R1, R9, TASK.entered).store('u64', R10, NOW_AT, R1);
  callRecord(code, KIND.entry);
  code.store('u64', R6, SCRATCH.when, WHEN.entry);
  selectVariant(code, maps);
  appendCaptures(code, captures);
  emitScratch(code, maps);
}

/** The head of a record about the call that the task in R9 is in, and its arguments. Its time is at NOW_AT. */
function callRecord(code: BpfAssembler, kind: number): void {
  const at = (offset: number): number => SCRATCH.record + offset;
  code
    .store('u64', R6, SCRATCH.cursor, CALL.captures)
    .store('u32', R6, at(RECORD.kind), kind)
    .load('u8', R1, R9, TASK.abi)
    .store('u8', R6, at(RECORD.abi), R1)
    .load('u32', R1, R10, TID_AT)
    .store('u32', R6, at(RECORD.tid), R1)
    .load('u64', R1, R10, NOW_AT)
    .store('u64', R6, at(RECORD.time), R1)
    .load('u32', R1, R9, TASK.nr)
    .store('u64', R6, at(RECORD.number), R1)
    .load('u64', R1, R9, TASK.entered)
    .store('u64', R6, at(CALL.entered), R1)
    .store('u64', R6, at(CALL.result), 0)
    .move(R1, R6)
    .add(R1, SCRATCH.regs)
    .move(R2, REGS.to - REGS.from)
    .load('u64', R3, R9, TASK.regs)
    .add(R3, REGS.from)
    .call(HELPER.probe_read_kernel)
    .load('u8', R1, R9, TASK.abi)
    .jumpIf(R1, '==', ABI.i386, 'i386');
  args(code, ['di', 'si', 'dx', 'r10', 'r8', 'r9']);
  code.jump('args').label('i386');
  args(code, ['bx', 'cx', 'dx', 'si', 'di', 'bp']);
  code.label('args');
}

function args(code: BpfAssembler, registers: readonly (keyof typeof REGS)[]): void {
  registers.forEach((name, index) => {
    code
      .load('u64', R1, R6, SCRATCH.regs + REGS[name] - REGS.from)
      .store('u64', R6, SCRATCH.record + CALL.args + 8 * index, R1);
  });
}

/** R7 = the plan by number and argument, if there is one and that in R7 says that it depends on an argument. */
function selectVariant(code: BpfAssembler, { plans, variants }: ProgramMaps): void {
  code
    .load('u32', R1, R7, PLAN.flags)
    .and(R1, PLAN_FLAG.selects)
    .jumpIf(R1, '==', 0, 'chosen')
    .load('u32', R1, R7, PLAN.selector)
    .and(R1, 7)
    .shiftLeft(R1, 3)
    .add(R1, R6)
    .load('u32', R2, R1, SCRATCH.record + CALL.args)
    .store('u32', R10, LONG_KEY_AT, R2)
    .load('u32', R2, R9, TASK.nr)
    .store('u32', R10, LONG_KEY_AT + 4, R2);
  lookup(code, variants, LONG_KEY_AT);
  code.jumpIf(R0, '==', 0, 'chosen').load('u32', R1, R0, 0).store('u32', R10, KEY_AT, R1);
  lookup(code, plans, KEY_AT);
  code.jumpIf(R0, '==', 0, 'chosen').move(R7, R0).label('chosen');
}

/** A record on the stack, without its task and number. */
function shortRecord(code: BpfAssembler, kind: number): void {
  code
    .call(HELPER.ktime_get_ns)
    .store('u64', R10, RECORD_AT + RECORD.kind, kind)
    .store('u64', R10, RECORD_AT + RECORD.time, R0)
    .store('u64', R10, RECORD_AT + RECORD.number, 0);
}

function emit(code: BpfAssembler, maps: ProgramMaps, name: string, at: number, bytes: number): void {
  code.move(R2, R10).add(R2, at).move(R3, bytes);
  output(code, maps, name);
}

function emitScratch(code: BpfAssembler, maps: ProgramMaps): void {
  code.load('u64', R3, R6, SCRATCH.cursor).jumpIf(R3, '>', LONGEST_RECORD, 'out').move(R2, R6).add(R2, SCRATCH.record);
  output(code, maps, 'call');
}

/** Puts R3 bytes at R2 into the ring; if that is full, they are lost and counted. */
function output(code: BpfAssembler, maps: ProgramMaps, name: string): void {
  code
    .loadMap(R1, maps.ring)
    .move(R4, BPF_RB_NO_WAKEUP)
    .call(HELPER.ringbuf_output)
    .jumpIf(R0, '==', 0, `${name} told`);
  count(code, maps, COUNTER.lost, `${name} lost`);
  code.label(`${name} told`);
}
