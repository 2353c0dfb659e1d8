import { MAX_TASK_ROWS, REASON } from '../linux/machine-code/stop-block.ts';
import { PTRACE_CONT, PTRACE_SYSCALL } from '../linux/ptrace.ts';
import { StopWalker, type WalkedCall } from '../linux/stop-walker.ts';
import { PassedCalls } from './passed-calls.ts';
import type { Recorder } from './recorder.ts';
import type { Task } from './task.ts';
import { EXIT_FOR, RUN } from './task-state.ts';
import type { TracingContext } from './tracing-context.ts';

/** Stops that are taken at once; then somebody looks at the clock. */
const STOPS_A_WALK = 256;

/**
 * Lets machine code take the stops that need no decision (see linux/stop-walker.ts), and keeps what is known of the tasks in step with
 * it. Only while there are few tasks, and for those whose stops mean what they seem to.
 */
export class StopWalk {
  readonly #context: TracingContext;
  readonly #recorder: Recorder;
  readonly #walker: StopWalker;
  readonly #passed: PassedCalls | undefined;
  /** Of each row: the task, and its id when it got the row. */
  readonly #tasks: Task[] = [];
  readonly #tids: number[] = [];
  /** Whether the walker awaited the exit of each when it began. */
  readonly #awaited: boolean[] = [];

  constructor(context: TracingContext, recorder: Recorder, calls: readonly WalkedCall[]) {
    this.#context = context;
    this.#recorder = recorder;
    const idle = context.following.method === 'ptrace' ? PTRACE_SYSCALL : PTRACE_CONT;
    this.#walker = new StopWalker(recorder.publishedAt, idle);
    const { policy } = context;
    const armed = policy && policy.armed !== 'all' ? [...policy.armed] : [];
    this.#passed = policy?.passesCalls ? new PassedCalls(policy, armed) : undefined;
    calls.forEach((call, nr) => void this.#walker.setCall(nr, call));
  }

  /** The task that has changed its state, or a negative errno; {@link status} says how. */
  get changed(): number {
    return this.#walker.changed;
  }

  get status(): number {
    return this.#walker.status;
  }

  /** How many changes of state were seen. */
  get stops(): number {
    return this.#walker.stops;
  }

  /** Whether it can take anything at present. */
  isOfUse(): boolean {
    const { all, awaitsForks } = this.#context.tasks;
    // Who has forked is found among all that have stopped, not one after the other.
    if (all.size > MAX_TASK_ROWS || awaitsForks) return false;
    let count = 0;
    let isSame = true;
    for (const task of all.values()) {
      if (!isPlain(task)) continue;
      isSame &&= this.#tasks[count] === task && this.#tids[count] === task.tid;
      count += 1;
    }
    if (!isSame || count !== this.#tasks.length) this.#assignRows();
    return count > 0;
  }

  /** Takes stops. Returns whether {@link changed} is to be handled; else it may be called again. */
  walk(): boolean {
    const recorder = this.#recorder;
    for (let row = 0; row < this.#tasks.length; row++) {
      this.#awaited[row] = this.#walker.awaitsExit(row);
      this.#passed?.renew(this.#tasks[row]!);
    }
    const reason = this.#walker.walk(recorder.openRoom(), recorder.roomEnd, STOPS_A_WALK);
    recorder.closeRoom(this.#walker.recordAt);
    const isOther = reason === REASON.other;
    for (let row = 0; row < this.#tasks.length; row++) {
      const task = this.#tasks[row]!;
      this.#learn(row, task);
      // What is handled next of it is ours: so is the end of its call.
      if (!isOther || task.tid !== this.#walker.changed) continue;
      this.#walker.leaveCall(row);
      this.#passed?.settle(task);
    }
    return isOther;
  }

  /** The next stops are taken by somebody else, ends of calls among them. */
  suspend(): void {
    this.#passed?.keepOnly([]);
    this.#tasks.length = 0;
    this.#tids.length = 0;
  }

  /** Adds what was counted. */
  finish(): void {
    const walker = this.#walker;
    this.#passed?.keepOnly([]);
    this.#passed?.free();
    this.#recorder.addCounts((nr) => [walker.callsOf(nr), walker.errorsOf(nr), walker.secondsOf(nr)]);
    this.#walker.free();
  }

  #assignRows(): void {
    const tasks = [...this.#context.tasks.all.values()].filter(isPlain);
    this.#passed?.keepOnly(tasks);
    this.#walker.setTasks(
      tasks.map((task) => {
        const row = this.#tasks.indexOf(task);
        const isKnown = row >= 0 && this.#tids[row] === task.tid;
        return { tid: task.tid, row: isKnown ? row : undefined, counts: this.#passed?.addressOf(task) ?? 0 };
      }),
    );
    this.#tasks.splice(0, this.#tasks.length, ...tasks);
    this.#tids.splice(0, this.#tids.length, ...tasks.map(({ tid }) => tid));
  }

  #learn(row: number, task: Task): void {
    const walker = this.#walker;
    const enteredAtMs = walker.enteredAtMs(row);
    const awaits = walker.awaitsExit(row);
    if (awaits) {
      task.nr = walker.nrOf(row);
      task.abi = 0;
      task.flags = 0;
      task.enteredAt = enteredAtMs!;
      task.keepArgs(walker.argsOf(row), 0);
      task.state.exitFor = EXIT_FOR.recorder;
    } else if (this.#awaited[row]) {
      task.state.exitFor = 0;
    }
    if (enteredAtMs !== undefined && enteredAtMs > task.enteredAt) task.enteredAt = enteredAtMs;
  }
}

/** It is at no stop of ours, and its next stop is its own. */
function isPlain({ state }: Task): boolean {
  return state.run === RUN.running && !state.launching && !state.detaching && !state.isTampered;
}
