import { monotonicMs } from '../../linux/clock.ts';
import { sendSignal } from '../../linux/signals.ts';
import type { DeadlockedTask } from '../../model/schedule.ts';
import { ABI_X86_64 } from '../call-at-stop.ts';
import type { PointSource } from '../points/point-source.ts';
import { mayWake } from '../policy-chain.ts';
import type { Task } from '../task.ts';
import type { TracingContext } from '../tracing-context.ts';
import { isSleep, mayTimeOut, signalsLater, startsTimer } from './calls.ts';
import { closedWorld, descriptorsOf } from './closed-world.ts';
import { PHASE, type TaskTurn } from './task-turn.ts';

const SIGKILL = 9;
/** All sleep, and for so long nothing has come: then it is looked at whether anything can. */
const STILL_MS = 30;
const NEVER_MS = Number.POSITIVE_INFINITY;

/** What it means that all tasks sleep: a time or the world outside wakes one of them, or nobody ever does. */
export class Stillness {
  readonly #context: Pick<TracingContext, 'policy' | 'tasks' | 'deaths' | 'alarm'>;
  readonly #points: PointSource | undefined;
  readonly #reasons = new Set<string>();
  #outside: ReadonlySet<string> | undefined;
  /** The tree is to have signals, or descriptors that can be read, at a time. */
  hasTimers = false;
  /** The tree is to have signals at a time. */
  hasSignalTimers = false;
  /** All tasks have been looked at once more since nobody could go on: who is on the way then was woken by the tree itself. */
  isConfirmed = false;
  #sinceMs = NEVER_MS;
  /** Once is enough, until something has come. */
  #hasLooked = false;
  #deadlock: DeadlockedTask[] | undefined;

  constructor(context: Pick<TracingContext, 'policy' | 'tasks' | 'deaths' | 'alarm'>, points: PointSource | undefined) {
    this.#context = context;
    this.#points = points;
  }

  /** Who waited for whom, if all did. They have been killed. */
  get deadlock(): DeadlockedTask[] | undefined {
    return this.#deadlock;
  }

  /** What came from outside, in words. */
  get reasons(): string[] {
    return [...this.#reasons];
  }

  get isUnderWay(): boolean {
    return this.#sinceMs !== NEVER_MS;
  }

  /** When {@link look} is to be called next; Infinity if it need not be. */
  get nextLookMs(): number {
    return this.#hasLooked ? NEVER_MS : this.#sinceMs + STILL_MS;
  }

  executed({ tgid }: Task): void {
    this.#outside ??= descriptorsOf(tgid);
  }

  /** At the entry of a call. */
  enters({ nr, abi }: TaskTurn): void {
    if (abi === ABI_X86_64 && !startsTimer(nr)) return;
    this.hasTimers = true;
    this.hasSignalTimers ||= abi !== ABI_X86_64 || signalsLater(nr);
    this.#reasons.add('it has timers, or asks the kernel to work by itself');
  }

  /** A delay of ours begins. */
  holds(): void {
    this.#reasons.add('a delay has held a task, and ends by the clock');
  }

  /** Somebody runs. */
  ends(): void {
    this.isConfirmed = false;
    this.#sinceMs = NEVER_MS;
    this.#hasLooked = false;
  }

  /** A task comes back from a call: if all slept, by the doing of none of them. */
  comesBack({ nr }: TaskTurn): void {
    if (!this.isUnderWay || this.#deadlock || isSleep(nr)) return;
    this.#reasons.add(
      mayTimeOut(nr) ? 'a call waited for a time to pass' : 'a call waited for somebody outside of the tree',
    );
  }

  /** All sleep. Looks whether they wait for each other alone, if they have slept for a while; then they are killed. */
  look(turns: readonly TaskTurn[]): void {
    const now = monotonicMs();
    if (!this.isUnderWay) this.#sinceMs = now;
    if (now < this.nextLookMs) {
      this.#context.alarm.wakeBy(this.nextLookMs);
      return;
    }
    this.#hasLooked = true;
    if (this.#mayHaveHelp(turns)) return;
    const { tasks, deaths } = this.#context;
    const taskOf = (pid: number): Task | undefined => tasks.all.get(pid);
    this.#deadlock = closedWorld(turns, { outside: this.#outside ?? new Set(), points: this.#points, taskOf });
    if (!this.#deadlock) return;
    for (const { task } of turns) {
      if (task.tid !== task.tgid) continue;
      deaths.killed(task);
      sendSignal(task.tgid, SIGKILL);
    }
  }

  /** From a timer, a signal of ours that is due by time, the end of a delay, a SIGCONT. */
  #mayHaveHelp(turns: readonly TaskTurn[]): boolean {
    const { policy } = this.#context;
    return this.hasTimers || (policy && mayWake(policy)) || turns.some(({ phase }) => phase !== PHASE.blocked);
  }
}
