import { monotonicMs } from '../../linux/clock.ts';
import { PTRACE_CONT, PTRACE_EVENT_EXEC } from '../../linux/ptrace.ts';
import { cpuTimeMs, yieldCpu } from '../../linux/task-states.ts';
import type { DeadlockedTask } from '../../model/schedule.ts';
import type { PointSource } from '../points/point-source.ts';
import type { StopCollector } from '../stop-collector.ts';
import type { Task } from '../task.ts';
import { RUN } from '../task-state.ts';
import type { TracingContext } from '../tracing-context.ts';
import type { TurnTaking } from '../turn-taking.ts';
import { maySignal } from './calls.ts';
import { Descriptors } from './descriptors.ts';
import { Fairness } from './fairness.ts';
import { rewindCall } from './rewind.ts';
import { Settling } from './settling.ts';
import { maySleep } from './sleeping.ts';
import { Stillness } from './stillness.ts';
import { STOP, Stops } from './stops.ts';
import { PHASE, type TaskTurn } from './task-turn.ts';
import { TurnChoice } from './turn-choice.ts';
import { TurnOrder } from './turn-order.ts';
import { awaits } from './waking.ts';

/** Who computes for so long without a point, while others wait, gives way. */
const QUANTUM_MS = 5;
/** Looks at a task that is busy in a call; then the tracer sleeps until it stops, or for a moment. */
const EAGER_LOOKS = 8;
const MOMENT_MS = 1;
/** Choices between two looks at what has come from outside: the alarm, ends of tasks. */
const CHOICES_A_LOOK = 32;

/** All that a stop loop has but turns. */
export type TurnsContext = Omit<TracingContext, 'turns'>;

/**
 * Lets one task of the tree run at a time. Every stop that is a point takes the turn from its task, which is parked there; when nobody
 * runs, one of those that could go on is chosen. Only a task that sleeps in the kernel keeps nobody waiting: it gets in line when it comes back.
 */
export class Turns implements TurnTaking {
  readonly #context: TurnsContext;
  readonly #collector: StopCollector;
  readonly #source: PointSource | undefined;
  readonly #order = new TurnOrder();
  readonly #stops: Stops;
  readonly #descriptors = new Descriptors();
  readonly #settling = new Settling(this.#descriptors);
  readonly #fairness: Fairness;
  readonly #stillness: Stillness;
  readonly #choice: TurnChoice;
  #holder: TaskTurn | undefined;
  /** Whose kept stop is being handled. */
  #handled: TaskTurn | undefined;
  /** Who had the last turn. */
  #last: TaskTurn | undefined;
  #choices = 0;
  #turnsGiven = 0;
  /** How long the holder had run at the first look since it has the turn, and at the last one, in ms; undefined if there was none. */
  #ranMs: number | undefined;
  #ranLastMs: number | undefined;
  /** Grows when a signal may have been sent within the tree. */
  #signals = 0;
  #hasComputed = false;
  /** How many points each task has come to that has ended, by lineage. */
  readonly points: Map<string, number> = new Map();

  constructor(context: TurnsContext, collector: StopCollector, points: PointSource | undefined) {
    this.#context = context;
    this.#collector = collector;
    this.#source = points;
    this.#stops = new Stops(context, points);
    this.#fairness = new Fairness(({ task }) => context.policy?.gaveWay?.(task));
    this.#stillness = new Stillness(context, points);
    this.#choice = new TurnChoice((task) => this.#order.of(task)!, this.#descriptors);
    context.door.turns = this;
  }

  /** How often one of several could be picked. */
  get choices(): number {
    return this.#choices;
  }

  /** How often a task had to be let go, whatever the policy says. */
  get forced(): number {
    return this.#fairness.forced;
  }

  /** Why the same choices may lead to another run. */
  get notExact(): string[] {
    return [
      ...this.#stillness.reasons,
      ...(this.#hasComputed ? ['a task had no point for long, and was made to give way by the clock'] : []),
    ];
  }

  /** Which points in code there were not, in words. */
  get pointsRefused(): readonly string[] {
    return this.#source?.refusals ?? [];
  }

  /** Who waited for whom, if all did. They have been killed. */
  get deadlock(): DeadlockedTask[] | undefined {
    return this.#stillness.deadlock;
  }

  /** When {@link look} is to be called next. */
  get nextLookMs(): number {
    const holder = this.#holder;
    if (holder?.inCall) return monotonicMs() + MOMENT_MS;
    if (holder && this.#order.someWait) return monotonicMs() + QUANTUM_MS;
    return this.#stillness.nextLookMs;
  }

  started(task: Task, parent: Task | undefined): void {
    const turn = this.#order.add(task);
    this.#settling.somethingHappened();
    if (parent) {
      this.#source?.onFork(parent, task);
    } else if (this.#order.all.length === 1) {
      turn.phase = PHASE.running;
      this.#holder = turn;
    }
  }

  ended(task: Task): void {
    const turn = this.#order.of(task);
    if (!turn) return;
    this.#source?.onEnd(task);
    if (task.tid === task.tgid) this.#descriptors.forget(task.tgid);
    turn.at('end');
    this.#drop(turn, task.tid);
  }

  superseded(leader: Task, successor: Task, former: number): void {
    const turn = this.#order.of(leader);
    this.#settling.forget(former);
    if (turn) this.#drop(turn, successor.tid);
  }

  enters(task: Task): boolean {
    const turn = this.#order.of(task);
    // A call that is no point stops for others' sake: it never sleeps.
    if (!turn || turn.nr !== task.nr) return false;
    const sleeps = maySleep(turn, this.#descriptors);
    // From here on: what was asked before was true of those that it replaces.
    this.#descriptors.makes(turn);
    if (!sleeps) return false;
    turn.inCall = true;
    turn.point += 1;
    return true;
  }

  keeps(task: Task, request: number, signal: number): boolean {
    const turn = this.#order.of(task);
    if (!turn || turn === this.#holder) {
      this.#handled = undefined;
      return false;
    }
    turn.request = request;
    turn.signal = signal;
    this.#park(turn, 0);
    return true;
  }

  isAway(task: Task): void {
    const turn = this.#order.of(task);
    if (!turn) return;
    if (turn === this.#handled) this.#handled = undefined;
    turn.at('stop');
    if (task.state.run === RUN.held) this.#stillness.holds();
    this.#release(turn);
    turn.phase = PHASE.away;
  }

  /** Of a stop: true if it is to be handled later, when it is the turn of its task, or not at all. */
  defers(task: Task, status: number, signal: number, event: number): boolean {
    const turn = this.#order.of(task);
    if (!turn || task.state.launching || turn === this.#handled) return false;
    switch (this.#stops.meaningOf(turn, signal, event)) {
      case STOP.passing:
        return false;
      case STOP.handledNow:
        if (event === PTRACE_EVENT_EXEC) {
          this.#stillness.executed(task);
          this.#descriptors.forget(task.tgid);
        }
        this.#settling.somethingHappened();
        this.#release(turn);
        return false;
      case STOP.inCode:
        this.#park(turn, 0);
        return true;
      case STOP.handledLater:
        if (turn.entersCall) this.#stillness.enters(turn);
        else if (turn !== this.#holder) this.#stillness.comesBack(turn);
        this.#park(turn, status);
        return true;
    }
  }

  /** As {@link StopCollector.collect}: a stop to handle, when there is one. Meanwhile, tasks are let go in turn. */
  collect(): number {
    for (;;) {
      const stops = this.#holder ? this.#awaitHolder(this.#holder) : this.#settle();
      if (stops !== undefined) return stops;
      if (this.#holder) continue;
      const next = this.#next();
      if (next === undefined) {
        if (!this.#stillness.isConfirmed) {
          this.#stillness.isConfirmed = true;
          this.#settling.somethingHappened();
          continue;
        }
        this.#stillness.look(this.#order.all);
        return this.#collector.collect();
      }
      if (this.#letGo(next)) return 1;
    }
  }

  /** By the clock: whoever computes, or sleeps, while others wait is made to give way. */
  look(): void {
    const holder = this.#holder;
    if (!holder || holder.inCall || holder.interrupted || !this.#order.someWait) return;
    const { task } = holder;
    const ranMs = cpuTimeMs(task.tgid, task.tid);
    const computes = (ranMs ?? 0) - (this.#ranMs ?? Number.POSITIVE_INFINITY) >= QUANTUM_MS;
    // In a call that was thought never to sleep: it is made again.
    const sleeps = ranMs === this.#ranLastMs;
    this.#ranMs ??= ranMs;
    this.#ranLastMs = ranMs;
    if (!(computes && this.#settling.computes(task)) && !(sleeps && this.#settling.isAsleep(holder))) return;
    holder.interrupted = true;
    this.#hasComputed = true;
    this.#context.door.interrupt(task);
  }

  close(): void {
    this.#settling.close();
  }

  #park(turn: TaskTurn, status: number): void {
    turn.status = status;
    turn.signalsBefore = this.#signals;
    this.#release(turn);
    turn.phase = PHASE.ready;
  }

  /** It has no turn, until it is chosen. */
  #release(turn: TaskTurn): void {
    if (turn !== this.#holder) return;
    this.#holder = undefined;
    this.#last = turn;
  }

  #drop(turn: TaskTurn, tid: number): void {
    this.#release(turn);
    if (this.#handled === turn) this.#handled = undefined;
    this.points.set(turn.task.lineage, turn.point);
    this.#order.remove(turn);
    this.#settling.forget(tid);
    this.#settling.somethingHappened();
    this.#signals += 1;
  }

  /** How many stops are to be handled; undefined if its turn is over. */
  #awaitHolder(turn: TaskTurn): number | undefined {
    const { alarm } = this.#context;
    if (!turn.inCall) {
      if (this.#order.someWait) alarm.wakeBy(monotonicMs() + QUANTUM_MS);
      return this.#await();
    }
    for (let looks = 0; looks < EAGER_LOOKS; looks++) {
      yieldCpu();
      // First: mostly it has stopped.
      const stops = looks === 0 ? this.#poll() : 0;
      if (stops > 0) return stops;
      if (!this.#settling.isAsleep(turn)) continue;
      // It may have stopped between the two looks.
      const late = this.#poll();
      if (late > 0) return late;
      turn.phase = PHASE.blocked;
      turn.awaits = awaits(turn);
      turn.fallsAsleep();
      this.#release(turn);
      return undefined;
    }
    alarm.wakeBy(monotonicMs() + MOMENT_MS);
    return this.#await();
  }

  /** Where a fork has yet to be told, its event is to be among what is handled next: else nobody would be expected to tell. */
  #poll(): number {
    return this.#context.tasks.awaitsForks ? this.#collector.collectPresent() : this.#collector.poll();
  }

  #await(): number {
    return this.#context.tasks.awaitsForks ? this.#collector.collect() : this.#collector.next();
  }

  /** Waits for those that are on their way to a stop: how many stops are to be handled first; undefined if all have come to rest. */
  #settle(): number | undefined {
    const mayBeMore = this.#settling.mayHaveKilled || this.#turnsGiven % CHOICES_A_LOOK === 0;
    while (!this.#settling.hasSettled(this.#order.all)) {
      const stops = this.#poll();
      if (stops > 0) return stops;
    }
    return (mayBeMore && this.#poll()) || undefined;
  }

  /** Who has the next turn; undefined if nobody can. */
  #next(): TaskTurn | undefined {
    const ready = this.#order.ready();
    const last = this.#last;
    const current = last && ready.includes(last) ? last : undefined;
    const usual = current ?? ready[0];
    if (ready.length < 2 || !usual) return usual;
    const next = this.#fairness.next(ready, current) ?? this.#picked(ready, current, usual);
    this.#fairness.chosen(next, last);
    return next;
  }

  #picked(ready: readonly TaskTurn[], current: TaskTurn | undefined, usual: TaskTurn): TaskTurn {
    const { policy } = this.#context;
    this.#choices += 1;
    if (!policy?.pick) return usual;
    return this.#order.of(policy.pick(this.#choice.of(ready, current, usual, this.#last!)))!;
  }

  #mayBeSignalled({ signalsBefore }: TaskTurn): boolean {
    return signalsBefore !== this.#signals || this.#stillness.hasSignalTimers;
  }

  /** Gives the turn. True if its stop is to be handled first: then the task goes on. */
  #letGo(turn: TaskTurn): boolean {
    const { task, status } = turn;
    const { door, ptrace } = this.#context;
    this.#turnsGiven += 1;
    this.#holder = turn;
    this.#ranMs = undefined;
    this.#ranLastMs = undefined;
    this.#stillness.ends();
    this.#settling.goesOn(turn);
    turn.phase = PHASE.running;
    turn.interrupted = false;
    turn.sleeps = false;
    if (turn.inCode) {
      turn.inCode = false;
      const changed = this.#source?.goOn(task);
      if (changed !== undefined) return this.#collector.put(task.tid, changed) > 0;
    } else if (turn.entersCall && this.#mayBeSignalled(turn) && rewindCall(ptrace, turn)) {
      turn.entersCall = false;
      door.letGo(task, PTRACE_CONT, 0);
      return false;
    } else if (status !== 0) {
      if (turn.entersCall && maySignal(turn.nr)) this.#signals += 1;
      this.#handled = turn;
      turn.status = 0;
      return this.#collector.put(task.tid, status) > 0;
    }
    door.letGo(task, turn.request, turn.signal);
    return false;
  }
}
