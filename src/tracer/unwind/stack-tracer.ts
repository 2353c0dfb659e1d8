import { threadGroupOf } from '../../linux/process-stat.ts';
import { Ptrace } from '../../linux/ptrace.ts';
import { TaskMemory } from '../../linux/task-memory.ts';
import type { StackFrame } from '../../model/stack-frame.ts';
import type { Locator } from '../locator.ts';
import type { Policy, StoppedCall } from '../policy.ts';
import type { Task } from '../task.ts';
import { AddressSpace } from './address-space.ts';
import { FrameNames } from './frame-names.ts';
import { GeneratedCode } from './generated-code.ts';
import { MAPPING_CALLS, mayChangeCode } from './mapping-calls.ts';
import { Modules } from './modules.ts';
import { StackMemory } from './stack-memory.ts';
import { Unwinder } from './unwinder.ts';

/** The lineage of a command's first task. */
const COMMAND = '0';

const MEMORY_BYTES = 64 * 1024;

/** Words of struct user_regs_struct. */
const RIP = 32;
const CS = 34;
/** The code segment of 64-bit programs. */
const USER64_CS = 0x33;
/** What the runs of this thread use, one after another: memory outside of the heap is not collected. */
const tools = { ptrace: new Ptrace(), memory: new TaskMemory(MEMORY_BYTES) };

/**
 * Says where in its program a stopped task is. As a policy it changes nothing: it only has itself told of what changes the
 * code that processes have in memory.
 */
export class StackTracer implements Policy, Locator {
  readonly armed: ReadonlySet<number>;
  readonly #limit: number;
  readonly #isLaunched: boolean;
  /** The command has not called execve yet: it runs in our memory, and what it does there is ours. */
  #launching: boolean;
  readonly #ptrace = tools.ptrace;
  readonly #names = new FrameNames();
  readonly #modules: Modules;
  readonly #generated: GeneratedCode;
  readonly #unwinder: Unwinder;
  readonly #spaces = new Map<number, AddressSpace>();

  /**
   * `limit`: the most frames of a stack; with 0 only instruction pointers are read. `sources`: lines too. `launched`: the first
   * task is a command that is started for this run.
   */
  constructor(limit: number, sources: boolean, launched: boolean) {
    this.#isLaunched = launched;
    this.#launching = launched;
    this.#limit = limit;
    this.armed = limit > 0 ? MAPPING_CALLS : new Set();
    const memory = new StackMemory(tools.memory);
    this.#modules = new Modules(this.#names, memory, sources);
    this.#generated = new GeneratedCode(this.#names);
    this.#unwinder = new Unwinder(memory, this.#generated, limit);
  }

  /** For another run: what is known of files stays, and frames keep their ids. */
  begin(): void {
    this.#launching = this.#isLaunched;
    for (const tgid of this.#spaces.keys()) this.#forget(tgid);
  }

  get frames(): Uint32Array {
    return this.#unwinder.frames;
  }

  frame(id: number): StackFrame {
    return this.#names.frame(id);
  }

  takeFreshFrames(): readonly StackFrame[] {
    return this.#names.takeFresh();
  }

  get instructionPointer(): Uint32Array {
    return this.#ptrace.registerWords.subarray(RIP, RIP + 2);
  }

  /** Programs of 32 bits have no stack here. */
  locate({ tid, tgid, lineage }: Pick<Task, 'tid' | 'tgid' | 'lineage'>): number {
    if (this.#launching && lineage === COMMAND) return -1;
    const { registerWords } = this.#ptrace;
    if (!this.#ptrace.readRegisters(tid)) return -1;
    if (this.#limit === 0 || registerWords[CS] !== USER64_CS) return 0;
    return this.#unwinder.walk(tid, tgid, this.#space(tgid), registerWords);
  }

  /** The stack of a task that is stopped, from the innermost function; undefined if it can't be had. */
  stackOf({ tid, lineage }: { readonly tid: number; readonly lineage: string }): readonly StackFrame[] | undefined {
    const count = this.locate({ tid, tgid: threadGroupOf(tid) ?? tid, lineage });
    return count <= 0 ? undefined : Array.from(this.frames.subarray(0, count), (id) => this.#names.frame(id));
  }

  onEntry({ task, nr, args }: StoppedCall): undefined {
    const space = this.#spaces.get(task.tgid);
    if (space && mayChangeCode(nr, args, space)) space.forget();
  }

  onTaskStart(task: Task, _nowMs: number, parent: Task | undefined): void {
    const space = parent && this.#spaces.get(parent.tgid);
    if (space && task.tgid !== parent.tgid) this.#spaces.set(task.tgid, space.fork());
  }

  onExec(task: Task): void {
    if (task.lineage === COMMAND) this.#launching = false;
    this.#forget(task.tgid);
  }

  onTaskEnd(task: Task): void {
    if (task.tid === task.tgid) this.#forget(task.tgid);
  }

  #forget(tgid: number): void {
    this.#spaces.delete(tgid);
    this.#generated.forget(tgid);
  }

  #space(tgid: number): AddressSpace {
    let space = this.#spaces.get(tgid);
    if (space === undefined) {
      space = new AddressSpace(this.#modules.find);
      this.#spaces.set(tgid, space);
    }
    return space;
  }
}
