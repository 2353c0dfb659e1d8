import { monotonicMs } from '../../../linux/clock.ts';
import { sendSignal } from '../../../linux/signals.ts';
import { syscallName } from '../../../syscalls/syscall-table.ts';
import type { EntryDecision, Policy, StoppedCall } from '../../../tracer/policy.ts';
import type { Task } from '../../../tracer/task.ts';
import { RUN } from '../../../tracer/task-state.ts';
import { TIMER_CALLS } from './pending-timers.ts';
import type { TreeWatch } from './tree-watch.ts';

const SIGKILL = 9;
const SIGTERM = 15;

/** How long after a look the next one is, beside how long it took. */
const PAUSE_FACTOR = 10;

type Signals = readonly { readonly task: Task; readonly signal: number }[];
const NONE: Signals = [];

/** Shows a watch the tree of a stop loop, and does what it says. */
export class RunWatch implements Policy {
  readonly armed: Policy['armed'];
  readonly #watch: TreeWatch;
  readonly #tasks = new Set<Task>();
  #root: Task | undefined;
  #nextMs = Number.POSITIVE_INFINITY;
  /** The tree computes more than it should: does it repeat a call that is not armed? */
  wantsEveryCall = false;

  /** `counted`: the calls that stop. */
  constructor(counted: Policy['armed'], watch: TreeWatch) {
    this.armed = counted === 'all' ? counted : new Set([...counted, ...TIMER_CALLS]);
    this.#watch = watch;
  }

  onEntry(call: StoppedCall): EntryDecision | undefined {
    const { nr, task } = call;
    if (TIMER_CALLS.includes(nr)) this.#watch.timers.set(task.tgid, call, task.enteredAt);
    return this.#watch.isSpin(nr) ? { kill: true, killsTree: true } : undefined;
  }

  /** Those that are armed are counted as they are. */
  onEveryCall(nr: number): boolean {
    return this.armed !== 'all' && !this.armed.has(nr) && this.#watch.isSpin(nr);
  }

  onTaskStart(task: Task, nowMs: number): void {
    this.#tasks.add(task);
    if (this.#root) return;
    this.#root = task;
    for (const [nr, times] of task.callCounts) {
      if (this.armed === 'all' || this.armed.has(nr)) this.#watch.madeBefore(syscallName(nr), times);
    }
    this.#watch.begin(nowMs);
    this.#nextMs = nowMs + this.#watch.lookMs;
  }

  onTaskEnd(task: Task): void {
    this.#tasks.delete(task);
    if (task.tid === task.tgid) this.#watch.timers.forget(task.tgid);
    if (task === this.#root) this.#watch.rootEnded();
  }

  nextTime(): number {
    return this.#nextMs;
  }

  /** It ends those that sleep for good. */
  mayWake(): boolean {
    return false;
  }

  onTime(nowMs: number): Signals {
    if (nowMs < this.#nextMs) return NONE;
    const startMs = monotonicMs();
    const measure = this.#watch.look([...this.#tasks].map(liveTask), nowMs);
    // Whom it looks at has the same CPU: on a busy machine, looks at many threads would leave them hardly any of it.
    this.#nextMs = nowMs + Math.max(this.#watch.lookMs, PAUSE_FACTOR * (monotonicMs() - startMs));
    if (measure === 'count') this.wantsEveryCall = true;
    // To the process: any of its threads may be the one that waits for it.
    if (measure === 'terminate') sendSignal(this.#root!.tgid, SIGTERM);
    return measure === 'kill' ? [...this.#tasks].map((task) => ({ task, signal: SIGKILL })) : NONE;
  }
}

function liveTask({ tid, tgid, state }: Task): { tid: number; tgid: number; isHeld: boolean } {
  return { tid, tgid, isHeld: state.run !== RUN.running };
}
