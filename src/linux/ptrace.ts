import { bind, check, errno } from './libc.ts';
import { NativeMemory } from './memory.ts';

/** Requests, options and events of ptrace(2), named as in <sys/ptrace.h> and <linux/ptrace.h>. */
export const PTRACE_CONT = 7;
export const PTRACE_SINGLESTEP = 9;
export const PTRACE_DETACH = 17;
export const PTRACE_SYSCALL = 24;
export const PTRACE_LISTEN = 0x4208;
const PTRACE_POKETEXT = 4;
const PTRACE_POKEUSER = 6;
const PTRACE_GETREGS = 12;
const PTRACE_SETREGS = 13;
const PTRACE_GETEVENTMSG = 0x4201;
const PTRACE_GETSIGINFO = 0x4202;
const PTRACE_SETSIGINFO = 0x4203;
const PTRACE_SEIZE = 0x4206;
const PTRACE_INTERRUPT = 0x4207;
const PTRACE_GET_SYSCALL_INFO = 0x420e;

export const PTRACE_O_TRACESYSGOOD = 0x01;
export const PTRACE_O_TRACEFORK = 0x02;
export const PTRACE_O_TRACEVFORK = 0x04;
export const PTRACE_O_TRACECLONE = 0x08;
export const PTRACE_O_TRACEEXEC = 0x10;
export const PTRACE_O_TRACESECCOMP = 0x80;
export const PTRACE_O_EXITKILL = 0x100000;

export const PTRACE_EVENT_FORK = 1;
export const PTRACE_EVENT_VFORK = 2;
export const PTRACE_EVENT_CLONE = 3;
export const PTRACE_EVENT_EXEC = 4;
export const PTRACE_EVENT_SECCOMP = 7;
export const PTRACE_EVENT_STOP = 128;

const ESRCH = 3;
const EIO = 5;

const ptrace = bind('ptrace', 'long', ['long', 'int', 'uintptr_t', 'uintptr_t']);
const ptraceSigned = bind('ptrace', 'long', ['long', 'int', 'long', 'long']);

/** Which half of a call a syscall-stop is: `op` of struct ptrace_syscall_info. */
export const PTRACE_SYSCALL_INFO_ENTRY = 1;
export const PTRACE_SYSCALL_INFO_EXIT = 2;
export const PTRACE_SYSCALL_INFO_SECCOMP = 3;

const INFO_SIZE = 88;
const REGISTERS_SIZE = 216;
const SIGINFO_SIZE = 128;

/** Indices of 64-bit words in struct user_regs_struct (x86-64). */
const REGISTER = {
  r13: 2,
  r12: 3,
  r10: 7,
  r9: 8,
  r8: 9,
  rax: 10,
  rdx: 12,
  rsi: 13,
  rdi: 14,
  orig_rax: 15,
  rip: 16,
  cs: 17,
  rsp: 19,
} as const;
export type RegisterName = keyof typeof REGISTER;

/**
 * The same by DWARF's numbers of registers (figure 3.36 of the ABI): rax, rdx, rcx, rbx, rsi, rdi, rbp, rsp, r8 to r15, and
 * the instruction pointer in the place of the return address.
 */
export const DWARF_REGISTERS: readonly number[] = [10, 12, 11, 5, 13, 14, 4, 19, 9, 8, 7, 6, 3, 2, 1, 0, 16];

/** The same by the numbers that instructions have for them: rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 to r15; then rip and the flags. */
export const ENCODED_REGISTERS: readonly number[] = [10, 11, 12, 5, 19, 4, 13, 14, 9, 8, 7, 6, 3, 2, 1, 0, 16, 18];

/** The registers that carry the arguments of a system call, in order. */
export const ARGUMENT_REGISTERS = ['rdi', 'rsi', 'rdx', 'r10', 'r8', 'r9'] as const;

/**
 * ptrace(2) for the thread that made it: all requests about a task must come from the thread that seized it. Results
 * land in memory of its own, and are read from there without allocation. Requests about a task that was killed
 * meanwhile return false: its end is reported by wait4.
 */
export class Ptrace {
  readonly #memory = NativeMemory.allocate(4096);
  readonly #message = this.#memory.address + 8;
  readonly #info = this.#memory.address + 64;
  readonly #registers = this.#memory.address + 256;
  readonly #siginfo = this.#memory.address + 512;

  /** The struct ptrace_syscall_info that {@link readSyscallInfo} filled, as 32-bit words. */
  readonly info: Uint32Array = this.#memory.u32.subarray(16, 16 + INFO_SIZE / 4);
  readonly siginfo: Uint8Array = this.#memory.u8.subarray(512, 512 + SIGINFO_SIZE);
  /** The struct user_regs_struct that {@link readRegisters} filled, as 32-bit words. */
  readonly registerWords: Uint32Array = this.#memory.u32.subarray(64, 64 + REGISTERS_SIZE / 4);

  /** Begins to trace a task without stopping it. Throws SystemCallError (EPERM: not allowed, or traced already). */
  seize(tid: number, options: number): void {
    check(ptrace(PTRACE_SEIZE, tid, 0, options), 'ptrace(PTRACE_SEIZE)');
  }

  interrupt(tid: number): boolean {
    return this.#request(PTRACE_INTERRUPT, tid, 0, 0);
  }

  /** PTRACE_CONT, PTRACE_SYSCALL, PTRACE_SINGLESTEP, PTRACE_LISTEN or PTRACE_DETACH; delivers `signal` unless it is 0. */
  resume(request: number, tid: number, signal = 0): boolean {
    return this.#request(request, tid, 0, signal);
  }

  /** The new task's id at a fork event, the former thread id at an exec event. Undefined if the task is gone. */
  eventMessage(tid: number): number | undefined {
    return this.#request(PTRACE_GETEVENTMSG, tid, 0, this.#message) ? this.#memory.u32[2] : undefined;
  }

  /** Fills {@link info}; false if the task is gone. */
  readSyscallInfo(tid: number): boolean {
    return ptrace(PTRACE_GET_SYSCALL_INFO, tid, INFO_SIZE, this.#info) > 0 || this.#gone();
  }

  readSiginfo(tid: number): boolean {
    return this.#request(PTRACE_GETSIGINFO, tid, 0, this.#siginfo);
  }

  /** What {@link siginfo} has becomes that of the signal that the task is stopped by. */
  writeSiginfo(tid: number): boolean {
    return this.#request(PTRACE_SETSIGINFO, tid, 0, this.#siginfo);
  }

  /** Copies the general registers of a stopped task. */
  registers(tid: number): BigUint64Array | undefined {
    if (!this.#request(PTRACE_GETREGS, tid, 0, this.#registers)) return undefined;
    return new BigUint64Array(this.#memory.u8.slice(256, 256 + REGISTERS_SIZE).buffer);
  }

  /** Fills {@link registerWords}; false if the task is gone. */
  readRegisters(tid: number): boolean {
    return this.#request(PTRACE_GETREGS, tid, 0, this.#registers);
  }

  /** The lower half of a register that {@link readRegisters} has read, as a signed number. */
  lowWord(register: RegisterName): number {
    return this.registerWords[REGISTER[register] * 2]! | 0;
  }

  setRegisters(tid: number, registers: BigUint64Array): boolean {
    this.#memory.u8.set(new Uint8Array(registers.buffer, registers.byteOffset, REGISTERS_SIZE), 256);
    return this.#request(PTRACE_SETREGS, tid, 0, this.#registers);
  }

  /** The task's registers become what {@link registerWords} has; false if the task is gone. */
  writeRegisters(tid: number): boolean {
    return this.#request(PTRACE_SETREGS, tid, 0, this.#registers);
  }

  /** Sets one register of a stopped task. */
  setRegister(tid: number, register: RegisterName, value: number | bigint): boolean {
    return ptraceSigned(PTRACE_POKEUSER, tid, REGISTER[register] * 8, signedWord(value)) === 0 || this.#gone();
  }

  /** Writes eight bytes, read-only pages included: the program's code. False, too, if there is no memory for its own copy of a page (EIO). */
  pokeText(tid: number, address: number, word: bigint): boolean {
    if (ptraceSigned(PTRACE_POKETEXT, tid, address, BigInt.asIntN(64, word)) === 0) return true;
    return errno() === EIO ? false : this.#gone();
  }

  #request(request: number, tid: number, address: number, data: number): boolean {
    return ptrace(request, tid, address, data) === 0 || this.#gone();
  }

  #gone(): false {
    if (errno() !== ESRCH) check(-1, 'ptrace');
    return false;
  }
}

/** A word as the signed number that the C type asks for. */
function signedWord(value: number | bigint): number | bigint {
  return typeof value === 'bigint' ? BigInt.asIntN(64, value) : value;
}

/** Sets a register in a copy made by {@link Ptrace.registers}. */
export function putRegister(registers: BigUint64Array, register: RegisterName, value: number | bigint): void {
  registers[REGISTER[register]] = BigInt.asUintN(64, BigInt(value));
}

export function getRegister(registers: BigUint64Array, register: RegisterName): bigint {
  return registers[REGISTER[register]] ?? 0n;
}
