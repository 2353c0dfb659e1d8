import { monotonicMs } from '../../linux/clock.ts';
import {
  PTRACE_CONT,
  PTRACE_EVENT_CLONE,
  PTRACE_EVENT_EXEC,
  PTRACE_EVENT_FORK,
  PTRACE_EVENT_SECCOMP,
  PTRACE_EVENT_STOP,
  PTRACE_EVENT_VFORK,
  PTRACE_SYSCALL_INFO_ENTRY,
  PTRACE_SYSCALL_INFO_EXIT,
} from '../../linux/ptrace.ts';
import { sendSignal } from '../../linux/signals.ts';
import { cpuTimeMs, pause, STATE, TaskStates, yieldCpu } from '../../linux/task-states.ts';
import type { DeadlockedTask } from '../../model/schedule.ts';
import { callName } from '../../syscalls/syscall-table.ts';
import { ABI_X86_64, abiOf, INFO } from '../call-at-stop.ts';
import type { PointSource } from '../points/point-source.ts';
import { mayWake } from '../policy-chain.ts';
import { ABIS } from '../record.ts';
import type { StopCollector } from '../stop-collector.ts';
import type { Task } from '../task.ts';
import type { TracingContext } from '../tracing-context.ts';
import type { TurnTaking } from '../turn-taking.ts';
import { isSleep, isVisible, mayKill, maySleep, mayTimeOut, startsTimer } from './calls.ts';
import { closedWorld, descriptorsOf } from './closed-world.ts';
import { compareLineages } from './lineages.ts';
import { PHASE, TaskTurn } from './task-turn.ts';
import { TurnChoice } from './turn-choice.ts';

const SIGTRAP = 5;
const SYSCALL_STOP = SIGTRAP | 0x80;

/** Who computes for so long without a point, while others wait, gives way. */
const QUANTUM_MS = 5;
/** Looks at a task that is in a call and does not sleep before the tracer itself sleeps between them. */
const EAGER_LOOKS = 200;
const PAUSE_MS = 0.05;
/** A task may wait for a disk for so long: then it counts as one that sleeps. */
const DISK_MS = 2000;
/** A task that could run, and has been passed over so often, has the next turn. */
const MAX_PASSED_OVER = 10_000;

/** All sleep, and for so long nothing has come: then it is looked at whether anything can. */
const STILL_MS = 30;
const SIGKILL = 9;

/** All that a stop loop has but turns. */
export type TurnsContext = Omit<TracingContext, 'turns'>;

/**
 * Lets one task of the tree run at a time. Every stop that is a point takes the turn from its task, which is parked there, its stop not handled
 * yet; when nobody runs, one of those that could go on is chosen. Only a task that sleeps in the kernel keeps nobody waiting: it gets in line
 * when it comes back.
 *
 * All share one CPU with the tracer, so that who sleeps is known without a clock: the tracer yields, and when it runs again
 * the other one has stopped, or sleeps, or needs more time. Before each choice all are looked at who slept: whoever
 * the kernel has woken is waited for. So who is ready follows from the choices made, not from time.
 */
export class Turns implements TurnTaking {
  readonly #context: TurnsContext;
  readonly #collector: StopCollector;
  readonly #source: PointSource | undefined;
  readonly #states = new TaskStates();
  readonly #turns = new Map<Task, TaskTurn>();
  /** By lineage. */
  readonly #order: TaskTurn[] = [];
  readonly #choice: TurnChoice;
  readonly #ready: TaskTurn[] = [];
  #holder: TaskTurn | undefined;
  /** Whose kept stop is being handled. */
  #handled: TaskTurn | undefined;
  /** Who had the last turn. */
  #last: TaskTurn | undefined;
  /** Somebody may have woken a task, or ended one, since all were looked at. */
  #mayHaveWoken = true;
  #mayHaveKilled = true;
  #unsettledMs = 0;
  #choices = 0;
  #forced = 0;
  #outside: ReadonlySet<string> = new Set();
  /** The tree is to have signals, or descriptors that can be read, at a time. */
  #hasTimers = false;
  #stillSinceMs = 0;
  #deadlock: DeadlockedTask[] | undefined;
  readonly #reasons = new Set<string>();
  /** How many points each task that there was has come to, by lineage. */
  readonly points: Map<string, number> = new Map();

  constructor(context: TurnsContext, collector: StopCollector, points: PointSource | undefined) {
    this.#context = context;
    this.#collector = collector;
    this.#source = points;
    this.#choice = new TurnChoice((task) => this.#turns.get(task)!);
    context.door.turns = this;
  }

  /** How often one of several could be picked. */
  get choices(): number {
    return this.#choices;
  }

  /** How often a task was made to give way. */
  get forced(): number {
    return this.#forced;
  }

  /** Why the same choices may lead to another run. */
  get notExact(): string[] {
    return [...this.#reasons, ...(this.#source?.refusals ?? [])];
  }

  /** Who waited for whom, if all did. They have been killed. */
  get deadlock(): DeadlockedTask[] | undefined {
    return this.#deadlock;
  }

  /** When {@link look} is to be called next. */
  get nextLookMs(): number {
    const holder = this.#holder;
    if (holder && !holder.inCall && this.#othersWait()) return monotonicMs() + QUANTUM_MS;
    return this.#stillSinceMs > 0 && !this.#deadlock ? this.#stillSinceMs + STILL_MS : Number.POSITIVE_INFINITY;
  }

  started(task: Task, parent: Task | undefined): void {
    const turn = new TaskTurn(task);
    this.#turns.set(task, turn);
    let at = this.#order.length;
    while (at > 0 && compareLineages(this.#order[at - 1]!.task.lineage, task.lineage) > 0) at -= 1;
    this.#order.splice(at, 0, turn);
    if (parent) {
      this.#source?.onFork(parent, task);
    } else if (this.#order.length === 1) {
      turn.phase = PHASE.running;
      this.#holder = turn;
    }
  }

  ended(task: Task): void {
    const turn = this.#turns.get(task);
    if (!turn) return;
    this.#source?.onEnd(task);
    turn.at('end');
    this.#drop(turn, task.tid);
  }

  superseded(leader: Task, successor: Task, former: number): void {
    const turn = this.#turns.get(leader);
    this.#states.forget(former);
    if (turn) this.#drop(turn, successor.tid);
  }

  enters(task: Task): boolean {
    const turn = this.#turns.get(task);
    if (!turn || (task.abi === ABI_X86_64 && !maySleep(task.nr))) return false;
    turn.inCall = true;
    turn.point += 1;
    return true;
  }

  /** Of a stop: true if it is to be handled later, when it is the turn of its task. */
  defers(task: Task, status: number, signal: number, event: number): boolean {
    const turn = this.#turns.get(task);
    if (!turn || task.state.launching) return false;
    if (turn === this.#handled) return false;
    switch (event) {
      case 0:
        if (signal === SYSCALL_STOP) return this.#atCall(turn, status);
        if (signal === SIGTRAP && this.#atPointInCode(turn)) return true;
        turn.at('signal');
        return this.#park(turn, status);
      case PTRACE_EVENT_SECCOMP:
        return this.#atCall(turn, status);
      case PTRACE_EVENT_FORK:
      case PTRACE_EVENT_VFORK:
      case PTRACE_EVENT_CLONE:
        turn.vforks = event === PTRACE_EVENT_VFORK;
        turn.at('birth');
        this.#release(turn);
        return false;
      case PTRACE_EVENT_EXEC:
        this.#source?.onExec(task);
        if (this.points.size === 0) this.#outside = descriptorsOf(task.tgid);
        turn.inCall = false;
        turn.at('exec');
        this.#release(turn);
        return false;
      case PTRACE_EVENT_STOP:
        return this.#atEventStop(turn, status, signal);
      default:
        return false;
    }
  }

  keeps(task: Task, request: number, signal: number): boolean {
    const turn = this.#turns.get(task);
    if (!turn || turn === this.#holder) {
      this.#handled = undefined;
      return false;
    }
    turn.request = request;
    turn.signal = signal;
    turn.status = 0;
    turn.phase = PHASE.ready;
    return true;
  }

  isAway(task: Task): void {
    const turn = this.#turns.get(task);
    if (!turn) return;
    if (turn === this.#handled) this.#handled = undefined;
    turn.at('stop');
    this.#release(turn);
    turn.phase = PHASE.away;
  }

  /** As {@link StopCollector.collect}: stops to handle, when there are some. Meanwhile, tasks are let go in turn. */
  collect(): number {
    for (;;) {
      const count = this.#collector.poll();
      if (count > 0) return count;
      if (this.#holder) {
        const stops = this.#awaitHolder(this.#holder);
        if (stops !== undefined) return stops;
        continue;
      }
      if (!this.#isSettled()) continue;
      const next = this.#next();
      if (next === undefined) return this.#awaitOthers();
      if (this.#letGo(next) > 0) return 1;
    }
  }

  /** By the clock: whoever computes while others wait is made to give way. */
  look(): void {
    const holder = this.#holder;
    if (!holder || holder.inCall || holder.interrupted || !this.#othersWait()) return;
    const { task } = holder;
    const ranMs = cpuTimeMs(task.tgid, task.tid);
    if (ranMs === undefined) return;
    if (holder.ranMs < 0) {
      holder.ranMs = ranMs;
      return;
    }
    if (ranMs - holder.ranMs < QUANTUM_MS || this.#states.of(task.tgid, task.tid) !== STATE.running) return;
    holder.interrupted = true;
    this.#reasons.add('a task computed for long, and was made to give way by the clock');
    this.#context.door.interrupt(task);
  }

  close(): void {
    this.#states.close();
  }

  #atCall(turn: TaskTurn, status: number): boolean {
    const { ptrace, following } = this.#context;
    const { task } = turn;
    if (task.state.undoing || !ptrace.readSyscallInfo(task.tid)) return false;
    const { info } = ptrace;
    const op = info[INFO.op]! & 0xff;
    if (op === PTRACE_SYSCALL_INFO_EXIT) {
      if (!turn.inCall) return false;
      turn.inCall = false;
      turn.vforks = false;
      this.#noteWoken(turn);
      turn.at(`${nameOf(turn)} returns`);
      return this.#park(turn, status);
    }
    // A call of the filter stops once more, by that.
    if (op === PTRACE_SYSCALL_INFO_ENTRY && following.method === 'seccomp') return false;
    const abi = abiOf(info);
    const nr = info[INFO.nr]!;
    if (abi === ABI_X86_64 && !isVisible(nr)) return false;
    turn.nr = nr;
    turn.abi = abi;
    for (let i = 0; i < 12; i++) turn.args[i] = info[INFO.args + i]!;
    turn.sleeps = abi === ABI_X86_64 && isSleep(nr);
    if (abi !== ABI_X86_64 || startsTimer(nr)) {
      this.#hasTimers = true;
      this.#reasons.add('it has timers, or asks the kernel to work by itself');
    }
    turn.at(nameOf(turn));
    return this.#park(turn, status);
  }

  #atPointInCode(turn: TaskTurn): boolean {
    const at = this.#source?.onTrap(turn.task);
    if (!at) return false;
    turn.at(at.why, at.object);
    turn.inCode = true;
    turn.request = PTRACE_CONT;
    turn.signal = 0;
    return this.#park(turn, 0);
  }

  #atEventStop(turn: TaskTurn, status: number, signal: number): boolean {
    if (signal !== SIGTRAP) return false;
    if (turn.phase === PHASE.coming) {
      this.#source?.onBirth(turn.task);
      turn.at('born');
    } else if (!turn.interrupted) {
      turn.at('continued');
    }
    return this.#park(turn, status);
  }

  #park(turn: TaskTurn, status: number): true {
    turn.status = status;
    this.#release(turn);
    turn.phase = PHASE.ready;
    return true;
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
    this.#turns.delete(turn.task);
    this.points.set(turn.task.lineage, turn.point);
    this.#order.splice(this.#order.indexOf(turn), 1);
    this.#states.forget(tid);
    this.#mayHaveWoken = true;
    this.#mayHaveKilled = true;
  }

  /** Stops to handle; undefined if its turn is over. */
  #awaitHolder(turn: TaskTurn): number | undefined {
    if (!turn.inCall) {
      if (this.#othersWait()) this.#context.alarm.wakeBy(monotonicMs() + QUANTUM_MS);
      return this.#collector.collect();
    }
    const { tgid, tid } = turn.task;
    for (let looks = 0; ; looks++) {
      if (looks < EAGER_LOOKS) yieldCpu();
      else pause(PAUSE_MS);
      const count = this.#collector.poll();
      if (count > 0) return count;
      const state = this.#states.of(tgid, tid);
      const isBlocked =
        state === STATE.sleeping ||
        (state === STATE.disk && turn.vforks) ||
        state === STATE.zombie ||
        state === STATE.gone;
      if (!isBlocked) continue;
      // It may have stopped between the two looks.
      const late = this.#collector.poll();
      if (late > 0) return late;
      turn.phase = PHASE.blocked;
      turn.why = `${nameOf(turn)} sleeps`;
      this.#release(turn);
      return undefined;
    }
  }

  /** Whether all that the last turn has set in motion has come to rest. */
  #isSettled(): boolean {
    if (!this.#mayHaveWoken && !this.#mayHaveKilled) return true;
    for (const turn of this.#order) {
      if (this.#isAtRest(turn)) continue;
      const now = monotonicMs();
      if (this.#unsettledMs === 0) this.#unsettledMs = now;
      if (now - this.#unsettledMs > DISK_MS) break;
      if (now - this.#unsettledMs < 1) yieldCpu();
      else pause(PAUSE_MS);
      return false;
    }
    this.#unsettledMs = 0;
    this.#mayHaveWoken = false;
    this.#mayHaveKilled = false;
    return true;
  }

  #isAtRest({ phase, vforks, task }: TaskTurn): boolean {
    if (phase === PHASE.ready && !this.#mayHaveKilled) return true;
    const state = this.#states.of(task.tgid, task.tid);
    switch (phase) {
      case PHASE.coming:
        return false;
      case PHASE.blocked:
        return state === STATE.sleeping || state === STATE.zombie || (state === STATE.disk && vforks);
      default:
        return state === STATE.traced || state === STATE.stopped;
    }
  }

  /** Who has the next turn; undefined if nobody can. */
  #next(): TaskTurn | undefined {
    const ready = this.#ready;
    this.#collectReady(false);
    if (ready.length === 0) this.#collectReady(true);
    if (ready.length === 0) return undefined;
    const last = this.#last;
    const current = last && ready.includes(last) ? last : undefined;
    const usual = current ?? ready[0]!;
    if (ready.length === 1) return usual;
    const next = this.#forcedNext(current) ?? this.#picked(current, usual);
    if (next !== last) last?.gaveWay();
    return next;
  }

  /** Nobody can go on: something has to come. */
  #awaitOthers(): number {
    if (this.#stillSinceMs === 0) this.#stillSinceMs = monotonicMs();
    if (!this.#deadlock && monotonicMs() - this.#stillSinceMs >= STILL_MS) this.#lookForDeadlock();
    else this.#context.alarm.wakeBy(this.#stillSinceMs + STILL_MS);
    return this.#collector.collect();
  }

  #lookForDeadlock(): void {
    // Once is enough until something has come.
    this.#stillSinceMs = Number.POSITIVE_INFINITY;
    const { policy, tasks, deaths } = this.#context;
    const mayCome = this.#hasTimers || (policy !== undefined && mayWake(policy));
    if (mayCome || this.#order.some(({ phase }) => phase !== PHASE.blocked)) return;
    const taskOf = (pid: number): Task | undefined => tasks.all.get(pid);
    this.#deadlock = closedWorld(this.#order, { outside: this.#outside, points: this.#source, taskOf });
    if (!this.#deadlock) return;
    for (const { task } of this.#order) {
      if (task.tid !== task.tgid) continue;
      deaths.killed(task);
      sendSignal(task.tgid, SIGKILL);
    }
  }

  /** A task has woken while all slept: not by one of them. */
  #noteWoken({ nr }: TaskTurn): void {
    if (this.#stillSinceMs === 0 || this.#deadlock || isSleep(nr)) return;
    this.#reasons.add(
      mayTimeOut(nr) ? 'a call waited for a time to pass' : 'a call waited for somebody outside of the tree',
    );
  }

  #collectReady(sleepers: boolean): void {
    this.#ready.length = 0;
    for (const turn of this.#order) if (turn.phase === PHASE.ready && turn.sleeps === sleepers) this.#ready.push(turn);
  }

  /** Fairness: without it, who spins until another one has done something would spin for ever. */
  #forcedNext(current: TaskTurn | undefined): TaskTurn | undefined {
    if (current && (current.interrupted || current.outstays())) {
      this.#forced += 1;
      this.#context.policy?.gaveWay?.(current.task);
      return this.#ready[(this.#ready.indexOf(current) + 1) % this.#ready.length]!;
    }
    let longest: TaskTurn | undefined;
    for (const turn of this.#ready) {
      turn.passedOver += 1;
      if (turn.passedOver > MAX_PASSED_OVER && !(longest && longest.passedOver >= turn.passedOver)) longest = turn;
    }
    if (longest) this.#forced += 1;
    return longest;
  }

  #picked(current: TaskTurn | undefined, usual: TaskTurn): TaskTurn {
    const { policy } = this.#context;
    this.#choices += 1;
    if (!policy?.pick) return usual;
    const last = this.#last!;
    return this.#turns.get(policy.pick(this.#choice.of(this.#ready, current, usual, last)))!;
  }

  /** Gives the turn. Returns how many stops are to be handled for that: the task goes on when they are. */
  #letGo(turn: TaskTurn): number {
    const { task, status } = turn;
    this.#holder = turn;
    this.#stillSinceMs = 0;
    turn.phase = PHASE.running;
    turn.ranMs = -1;
    turn.passedOver = 0;
    turn.interrupted = false;
    turn.sleeps = false;
    if (turn.inCode) {
      turn.inCode = false;
      const changed = this.#source?.goOn(task);
      if (changed !== undefined) return this.#collector.put(task.tid, changed);
      this.#context.door.letGo(task, turn.request, turn.signal);
      return 0;
    }
    this.#mayHaveWoken = true;
    if (turn.why === 'signal' || mayKill(turn.nr)) this.#mayHaveKilled = true;
    if (status === 0) {
      this.#context.door.letGo(task, turn.request, turn.signal);
      return 0;
    }
    this.#handled = turn;
    turn.status = 0;
    return this.#collector.put(task.tid, status);
  }

  #othersWait(): boolean {
    return this.#order.some(({ phase }) => phase === PHASE.ready);
  }
}

function nameOf({ nr, abi }: TaskTurn): string {
  return callName({ nr, abi: ABIS[abi]! });
}
