import { forkCode } from '../linux/machine-code/fork-code.ts';
import { gettid } from '../linux/process-group.ts';
import { codeMappings } from '../linux/process-maps.ts';
import { tracerOf } from '../linux/process-stat.ts';
import {
  getRegister,
  PTRACE_CONT,
  PTRACE_EVENT_FORK,
  PTRACE_EVENT_SECCOMP,
  PTRACE_EVENT_STOP,
  Ptrace,
  putRegister,
} from '../linux/ptrace.ts';
import { robustList } from '../linux/robust-list.ts';
import { sendSignal } from '../linux/signals.ts';
import { TaskMemory } from '../linux/task-memory.ts';
import { Waiter } from '../linux/wait.ts';
import { isStopped, ptraceEventOf, stopSignalOf } from '../linux/wait-status.ts';

const SIGTRAP = 5;
const SIGCHLD = 17;
const SIGKILL = 9;
const CLONE_PARENT = 0x8000;
const CLONE_CHILD_CLEARTID = 0x20_0000;
const SYSCALL_BYTES = 2;
const PAGE = 4096;
const WORD_BYTES = 8;
const CODE = forkCode();

/** What is needed for it, once a thread. */
export class ForkTools {
  readonly ptrace: Ptrace = new Ptrace();
  readonly waiter: Waiter = new Waiter();
  readonly memory: TaskMemory = new TaskMemory(PAGE);

  /** Waits for a task: whether it has stopped, and not ended. */
  isStopped(tid: number): boolean {
    return this.waiter.task(tid) !== 0 && isStopped(this.waiter.status);
  }

  /** Ends a task that this thread traces; of one whose end was seen the id may be somebody else's by now. */
  kill(tid: number): void {
    if (tracerOf(tid) !== gettid()) return;
    sendSignal(tid, SIGKILL);
    // It may report a stop that came before its death.
    while (this.isStopped(tid));
  }
}

/**
 * A process of one thread that stands at a stop for good, and of which copies are made. A copy goes on from there as the process itself would: with
 * its registers and its memory, as a child of its parent, in a session that it leads. It is traced as the process is, and has its filter.
 *
 * The code for that is put where nobody looks: behind the end of the vDSO, in its last page.
 */
export class ForkPoint {
  readonly #tools: ForkTools;
  readonly #pid: number;
  /** What a copy goes on with. */
  readonly #registers: BigUint64Array;
  #isOver = false;

  private constructor(tools: ForkTools, pid: number, registers: BigUint64Array) {
    this.#tools = tools;
    this.#pid = pid;
    this.#registers = registers;
  }

  /**
   * `pid` is stopped at its entry point, or at the entry of a call, which its copies make then. `tidAddress`: what it has told the kernel by
   * set_tid_address(2), 0 for nothing. Undefined if there is no room for the code, or the process is gone.
   */
  static at(tools: ForkTools, pid: number, tidAddress: number): ForkPoint | undefined {
    const registers = tools.ptrace.registers(pid);
    const place = registers && roomFor(tools.memory, pid);
    if (place === undefined) return undefined;
    for (let at = 0; at < CODE.length; at += WORD_BYTES) tools.ptrace.pokeText(pid, place + at, wordAt(at));
    const forking = registers!.slice();
    const list = robustList(pid);
    putRegister(forking, 'rip', place);
    putRegister(forking, 'orig_rax', -1);
    putRegister(forking, 'rdi', CLONE_PARENT | SIGCHLD | (tidAddress === 0 ? 0 : CLONE_CHILD_CLEARTID));
    putRegister(forking, 'rsi', 0);
    putRegister(forking, 'rdx', 0);
    putRegister(forking, 'r10', tidAddress);
    putRegister(forking, 'r8', 0);
    putRegister(forking, 'r12', list.head);
    putRegister(forking, 'r13', list.length);
    if (!tools.ptrace.setRegisters(pid, forking)) return undefined;
    return new ForkPoint(tools, pid, goingOn(registers!));
  }

  /** The process itself. */
  get pid(): number {
    return this.#pid;
  }

  /**
   * Makes a copy, which stands stopped. `id`: how it is to call itself, in its pid namespace. Undefined if that could not be done as it should: then there is
   * no copy, and there will be none any more.
   */
  fork(id: number): number | undefined {
    if (this.#isOver) return undefined;
    const child = this.#make();
    if (child !== undefined && this.#isReady(child, id)) return child;
    if (child !== undefined) this.#tools.kill(child);
    this.end();
    return undefined;
  }

  /** Ends the process. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#tools.kill(this.#pid);
  }

  #make(): number | undefined {
    const { ptrace } = this.#tools;
    return this.#goOn(this.#pid) === PTRACE_EVENT_FORK ? ptrace.eventMessage(this.#pid) : undefined;
  }

  /** It comes to the end of the code. */
  #isReady(child: number, id: number): boolean {
    const { ptrace, waiter } = this.#tools;
    if (!this.#tools.isStopped(child) || ptraceEventOf(waiter.status) !== PTRACE_EVENT_STOP) return false;
    if (this.#goOn(child) !== 0 || stopSignalOf(waiter.status) !== SIGTRAP) return false;
    if (!ptrace.readRegisters(child) || ptrace.lowWord('rax') !== id) return false;
    return ptrace.setRegisters(child, this.#registers);
  }

  /** To its next stop that is none of its filter: which event that is; undefined if it is gone. */
  #goOn(pid: number): number | undefined {
    const { ptrace, waiter } = this.#tools;
    for (;;) {
      if (!ptrace.resume(PTRACE_CONT, pid) || !this.#tools.isStopped(pid)) return undefined;
      const event = ptraceEventOf(waiter.status);
      if (event !== PTRACE_EVENT_SECCOMP) return event;
    }
  }
}

/** Where there is nothing but zeros at the end of the vDSO. */
function roomFor(memory: TaskMemory, pid: number): number | undefined {
  const vdso = codeMappings(pid).find(({ name }) => name === '[vdso]');
  if (!vdso) return undefined;
  const room = Math.ceil(CODE.length / WORD_BYTES) * WORD_BYTES;
  const start = vdso.end - room;
  // A little more: what is there may end with zeros of its own.
  const length = 2 * room;
  if (memory.read(pid, vdso.end - length, length) < length) return undefined;
  return memory.buffer.subarray(0, length).every((byte) => byte === 0) ? start : undefined;
}

function wordAt(offset: number): bigint {
  const bytes = new Uint8Array(WORD_BYTES);
  bytes.set(CODE.subarray(offset, offset + WORD_BYTES));
  return new DataView(bytes.buffer).getBigUint64(0, true);
}

/** At the entry of a call, the instruction that makes it is executed again. */
function goingOn(registers: BigUint64Array): BigUint64Array {
  const copy = registers.slice();
  const number = BigInt.asIntN(64, getRegister(registers, 'orig_rax'));
  if (number < 0n) return copy;
  putRegister(copy, 'rip', getRegister(registers, 'rip') - BigInt(SYSCALL_BYTES));
  putRegister(copy, 'rax', number);
  putRegister(copy, 'orig_rax', -1);
  return copy;
}
