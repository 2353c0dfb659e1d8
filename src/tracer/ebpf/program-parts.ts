import { HELPER } from '../../linux/bpf.ts';
import {
  type BpfAssembler,
  R0,
  R1,
  R2,
  R3,
  R4,
  R6,
  R7,
  R8,
  R9,
  R10,
  type Register,
} from '../../linux/bpf-assembler.ts';
import { appendCaptures, type CaptureChoice } from './capture-code.ts';
import { SCRATCH } from './capture-parts.ts';
import {
  ABI,
  CALL,
  COUNTER,
  KERNEL_KIND,
  KERNEL_RECORD,
  MAX_RECORD,
  NUMBERS,
  PLAN,
  PLAN_FLAG,
  REGS,
  TASK,
  WHEN,
} from './layout.ts';

/** What the programs are made of. A name makes labels that stand once in a program. */

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

/** Where members lie in the kernel's struct task_struct, thread_info, signal_struct and sigpending. */
export interface KernelOffsets {
  readonly task: Readonly<Record<(typeof TASK_MEMBERS)[number], number>>;
  readonly thread: Readonly<Record<(typeof THREAD_MEMBERS)[number], number>>;
  readonly group: Readonly<Record<(typeof GROUP_MEMBERS)[number], number>>;
  readonly pending: Readonly<Record<(typeof PENDING_MEMBERS)[number], number>>;
}

export const TASK_MEMBERS = ['pid', 'tgid', 'exit_code', 'signal', 'pending', 'thread_info'] as const;
export const THREAD_MEMBERS = ['status'] as const;
export const GROUP_MEMBERS = ['flags', 'group_exit_code'] as const;
export const PENDING_MEMBERS = ['signal'] as const;

export interface ProgramChoice {
  readonly maps: ProgramMaps;
  readonly offsets: KernelOffsets;
  /** Records are wanted, not only counts. */
  readonly events: boolean;
  /** What the plans of all calls ask for. */
  readonly captures: CaptureChoice;
}

/** Which scratch memory a program uses: two may be under way on one CPU at a time. */
export const SCRATCH_OF = { enter: 0, exit: 1, switch: 2 } as const;
export const SCRATCHES = 3;

/** Numbers on the stack: keys of maps, a new task, what was read of the registers, and a short record. */
export const TID_AT = -4;
export const KEY_AT = -8;
const LONG_KEY_AT = -16;
const TASK_AT = -40;
export const WORD_AT = -48;
export const NOW_AT = -56;
export const RECORD_AT = -136;
export const IN_CALL_AT = -144;
export const FLAGS_AT = -152;

export const BPF_ANY = 0;
export const SIGKILL = 9;
/** In signal_struct.flags: the process ends as a whole. */
export const SIGNAL_GROUP_EXIT = 4;
/** Nobody waits to be woken. */
const BPF_RB_NO_WAKEUP = 1;
/** In thread_info.status of arch/x86: the call came in by the 32-bit table, as `int 0x80` of a 64-bit program does too. */
const TS_COMPAT = 2;
const X32_BIT = 0x40000000;
export function inCgroup(code: BpfAssembler, { cgroup }: ProgramMaps): void {
  code.loadMap(R1, cgroup).move(R2, 0).call(HELPER.current_task_under_cgroup).jumpIf(R0, '!=', 1, 'out');
}

/** R0 = the current task in the map, its id at TID_AT; goes on at `known`, or at `unknown`. */
export function currentTask(code: BpfAssembler, { tasks }: ProgramMaps, known: string, unknown: string): void {
  code.call(HELPER.get_current_pid_tgid).store('u32', R10, TID_AT, R0);
  lookup(code, tasks, TID_AT);
  code.jumpIf(R0, '==', 0, unknown);
  // What follows the label may be another way in.
  code.jump(known);
}

/** Adds the task whose id is on the stack. */
export function newTask(code: BpfAssembler, maps: ProgramMaps, keyAt: number): void {
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

export function lookup(code: BpfAssembler, map: number, keyAt: number): void {
  code.loadMap(R1, map).move(R2, R10).add(R2, keyAt).call(HELPER.map_lookup_elem);
}

export function remove(code: BpfAssembler, map: number, keyAt: number): void {
  code.loadMap(R1, map).move(R2, R10).add(R2, keyAt).call(HELPER.map_delete_elem);
}

export function count(code: BpfAssembler, { counters }: ProgramMaps, counter: number, name: string): void {
  code.store('u32', R10, KEY_AT, counter);
  lookup(code, counters, KEY_AT);
  code.jumpIf(R0, '==', 0, `${name} counted`).move(R1, 1).atomicAdd(R0, 0, R1).label(`${name} counted`);
}

/** Copies a member of a kernel structure to the stack. */
export function readKernel(code: BpfAssembler, structure: Register, offset: number, to: number, bytes: number): void {
  code.move(R1, R10).add(R1, to).move(R2, bytes).move(R3, structure).add(R3, offset).call(HELPER.probe_read_kernel);
}

/** Notes the ABI of the call that the task in R9, which is the current one, makes; its number is in R8. */
export function abiOf(code: BpfAssembler, { task, thread }: KernelOffsets): void {
  code.call(HELPER.get_current_task);
  readKernel(code, R0, task.thread_info + thread.status, WORD_AT, 4);
  code
    .store('u8', R9, TASK.abi, ABI.i386)
    .load('u32', R1, R10, WORD_AT)
    .jumpIf(R1, 'has bits', TS_COMPAT, 'abi')
    .store('u8', R9, TASK.abi, ABI.x32)
    .jumpIf(R8, 'has bits', X32_BIT, 'abi')
    .store('u8', R9, TASK.abi, ABI.x86_64)
    .label('abi')
    .and(R8, ~X32_BIT);
}

/** R0 = the plan of the call whose number is given, of the ABI of the task in R9; its index stands at KEY_AT. */
export function planOf(code: BpfAssembler, { plans }: ProgramMaps, number: Register): void {
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
export function planOfTask(code: BpfAssembler, maps: ProgramMaps): void {
  code.load('u32', R2, R9, TASK.nr);
  planOf(code, maps, R2);
}

/** R0 = the counts at KEY_AT. */
export function countsOf(code: BpfAssembler, { counts }: ProgramMaps): void {
  lookup(code, counts, KEY_AT);
  code.jumpIf(R0, '==', 0, 'out');
}

/** R6 = the scratch memory of this program; the context is lost. */
export function scratch(code: BpfAssembler, maps: ProgramMaps, index: number): void {
  code.store('u32', R10, KEY_AT, index);
  lookup(code, maps.scratch, KEY_AT);
  code.jumpIf(R0, '==', 0, 'out').move(R6, R0);
}

/** The entry of the call that the task in R9 is in, with the plan in R7. */
export function entryRecord(code: BpfAssembler, { maps }: ProgramChoice, index: number, captures: CaptureChoice): void {
  scratch(code, maps, index);
  code.load('u64', R1, R9, TASK.entered).store('u64', R10, NOW_AT, R1);
  callRecord(code, KERNEL_KIND.entry);
  code.store('u64', R6, SCRATCH.when, WHEN.entry);
  selectVariant(code, maps);
  appendCaptures(code, captures);
  emitScratch(code, maps);
}

/** The head of a record about the call that the task in R9 is in, and its arguments. Its time is at NOW_AT. */
export function callRecord(code: BpfAssembler, kind: number): void {
  const at = (offset: number): number => SCRATCH.record + offset;
  code
    .store('u64', R6, SCRATCH.cursor, CALL.captures)
    .store('u32', R6, at(KERNEL_RECORD.kind), kind)
    .load('u8', R1, R9, TASK.abi)
    .store('u8', R6, at(KERNEL_RECORD.abi), R1)
    .load('u32', R1, R10, TID_AT)
    .store('u32', R6, at(KERNEL_RECORD.tid), R1)
    .load('u64', R1, R10, NOW_AT)
    .store('u64', R6, at(KERNEL_RECORD.time), R1)
    .load('u32', R1, R9, TASK.nr)
    .store('u64', R6, at(KERNEL_RECORD.number), R1)
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
export function selectVariant(code: BpfAssembler, { plans, variants }: ProgramMaps): void {
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
export function shortRecord(code: BpfAssembler, kind: number): void {
  code
    .call(HELPER.ktime_get_ns)
    .store('u64', R10, RECORD_AT + KERNEL_RECORD.kind, kind)
    .store('u64', R10, RECORD_AT + KERNEL_RECORD.time, R0)
    .store('u64', R10, RECORD_AT + KERNEL_RECORD.number, 0);
}

export function emit(code: BpfAssembler, maps: ProgramMaps, name: string, at: number, bytes: number): void {
  code.move(R2, R10).add(R2, at).move(R3, bytes);
  output(code, maps, name);
}

export function emitScratch(code: BpfAssembler, maps: ProgramMaps): void {
  code.load('u64', R3, R6, SCRATCH.cursor).jumpIf(R3, '>', MAX_RECORD, 'out').move(R2, R6).add(R2, SCRATCH.record);
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
