import type { TaskMemory } from '../linux/task-memory.ts';
import { ArgWords } from '../model/arg-words.ts';
import type { SyscallAbi } from '../model/trace-event.ts';
import type { StoppedCall } from './policy.ts';
import { ABIS } from './record.ts';
import type { Task } from './task.ts';

const AUDIT_ARCH_X86_64 = 0xc000003e;
const X32_BIT = 0x40000000;
const TWO_32 = 2 ** 32;

/** Words of struct ptrace_syscall_info. */
export const INFO = { op: 0, arch: 1, ip: 2, sp: 4, nr: 6, args: 8, result: 6 } as const;

export const ABI_X86_64: number = ABIS.indexOf('x86_64');
const ABI_I386 = ABIS.indexOf('i386');
const ABI_X32 = ABIS.indexOf('x32');

/** By which table the number of a call is one. */
export function abiOf(info: Uint32Array): number {
  if (info[INFO.arch] !== AUDIT_ARCH_X86_64) return ABI_I386;
  return info[INFO.nr]! & X32_BIT ? ABI_X32 : ABI_X86_64;
}

/** The call that a task stands at, in words copied from struct ptrace_syscall_info: one object for all stops. */
export class CallAtStop implements StoppedCall {
  readonly #memory: TaskMemory;
  readonly #argWords = new Uint32Array(12);
  readonly #resultWords = new Uint32Array(2);
  readonly args: ArgWords = new ArgWords(this.#argWords);
  readonly result: ArgWords = new ArgWords(this.#resultWords);
  task!: Task;
  ordinal = 0;

  constructor(memory: TaskMemory) {
    this.#memory = memory;
  }

  get nr(): number {
    return this.task.nr;
  }

  get abi(): SyscallAbi {
    return ABIS[this.task.abi]!;
  }

  /** At an entry stop. `counts`: whether the calls of the task are counted. */
  atEntry(task: Task, info: Uint32Array, nowMs: number, counts: boolean): void {
    const nr = info[INFO.nr]!;
    task.abi = abiOf(info);
    task.nr = task.abi === ABI_X32 ? nr & ~X32_BIT : nr;
    task.enteredAt = nowMs;
    task.stackPointer = info[INFO.sp + 1]! * TWO_32 + info[INFO.sp]!;
    task.flags = 0;
    this.task = task;
    this.ordinal = counts ? task.count(task.nr) : 0;
    for (let i = 0; i < 12; i++) this.#argWords[i] = info[INFO.args + i]!;
    task.keepArgs(this.#argWords, this.ordinal);
  }

  atExit(task: Task, info: Uint32Array): void {
    this.task = task;
    this.ordinal = task.ordinal;
    this.#argWords.set(task.args);
    this.#resultWords[0] = info[INFO.result]!;
    this.#resultWords[1] = info[INFO.result + 1]!;
  }

  /** errno of the result, or 0. */
  get errno(): number {
    const low = this.result.i32(0);
    return this.result.high(0) === 0xffffffff && low < 0 && low >= -4095 ? -low : 0;
  }

  setResult(value: number | bigint): void {
    const word = BigInt.asUintN(64, BigInt(value));
    this.#resultWords[0] = Number(word & 0xffffffffn);
    this.#resultWords[1] = Number(word >> 32n);
  }

  read(address: number, size: number): Uint8Array | undefined {
    const length = this.#memory.read(this.task.tid, address, Math.min(size, this.#memory.buffer.length));
    return length > 0 ? this.#memory.buffer.subarray(0, length) : undefined;
  }

  readString(address: number, limit: number): string | undefined {
    const length = this.#memory.readString(this.task.tid, address, Math.min(limit, this.#memory.buffer.length));
    return length < 0 ? undefined : Buffer.from(this.#memory.buffer.subarray(0, length)).toString();
  }
}
