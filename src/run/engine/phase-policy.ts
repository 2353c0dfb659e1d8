import { receiveMessageOnPort } from 'node:worker_threads';
import { CallFacts } from '../../faults/call-facts.ts';
import { linkOf } from '../../faults/descriptor.ts';
import type { RecordedTurn } from '../../faults/phase-line.ts';
import { sleepSync } from '../../linux/cgroup.ts';
import { monotonicMs } from '../../linux/clock.ts';
import { sendSignal } from '../../linux/signals.ts';
import type { CallPlace } from '../../model/scenario.ts';
import { signalNumber } from '../../syscalls/signals.ts';
import { syscallName, syscallNumber } from '../../syscalls/syscall-table.ts';
import type { EntryDecision, Policy, StoppedCall } from '../../tracer/policy.ts';
import type { Task } from '../../tracer/task.ts';
import { LedMachine } from '../phases/led-machine.ts';
import type { PhaseMessage, PhaseRequest, PhasesPlan, Turned, TurnOf } from '../phases/phases-plan.ts';
import { nobody, signalTargets } from '../phases/signal-targets.ts';
import type { AtReturn, CallWatcher } from './triggers/call-watcher.ts';
import { OutputLines } from './triggers/output-lines.ts';
import { watcherOf } from './triggers/watchers.ts';

/** A watcher, and the number of its trigger; of what is only told, there is none. */
interface Watch {
  readonly watcher: CallWatcher;
  readonly trigger: number | undefined;
}

/** How often a command that is down looks whether it is to be started. */
const LOOK_MS = 2;

interface UnderWay {
  readonly trigger: number | undefined;
  readonly atReturn: AtReturn;
}

/**
 * Runs the machine of phases at the stops of the tree: what begins or ends by a call does so before the next call of any task is decided
 * about. It must be asked first.
 */
export class PhasePolicy implements Policy {
  readonly armed: Policy['armed'];
  readonly #plan: PhasesPlan;
  readonly #machine: LedMachine;
  readonly #tell: (message: PhaseMessage) => void;
  readonly #byNumber = new Map<number, Watch[]>();
  readonly #outputs: readonly OutputLines[];
  readonly #watches: readonly Watch[];
  readonly #replays: boolean;
  /** By trigger: the lineages of tasks whose end is waited for. */
  readonly #exits: readonly (readonly [trigger: number, task: string])[];
  readonly #underWay = new Map<Task, UnderWay[]>();
  readonly #tasks = new Set<Task>();
  /** Turns by the clock, whose first call is not known yet. */
  #unplaced: TurnOf[] = [];
  #root: Task | undefined;
  #startMs = Number.NaN;
  #hasRestarted = false;

  /** `others`: who else is asked about calls; `tell` is told of each turn, in order. */
  constructor(plan: PhasesPlan, others: readonly Policy[], tell: (message: PhaseMessage) => void) {
    this.#plan = plan;
    this.#tell = tell;
    this.#machine = new LedMachine(
      plan,
      () => this.#nowMs,
      (message) => this.#told(message),
    );
    const ofTriggers = this.#machine.watched.map(({ event }, trigger) => ({ watcher: watcherOf(event), trigger }));
    const told = plan.outputs.map(
      ({ regex, stream }, output) => new OutputLines(regex, stream, (line) => tell({ kind: 'line', output, line })),
    );
    this.#watches = [
      ...ofTriggers.flatMap(({ watcher, trigger }) => (watcher ? [{ watcher, trigger }] : [])),
      ...told.map((watcher) => ({ watcher, trigger: undefined })),
    ];
    this.#outputs = this.#watches.flatMap(({ watcher }) => (watcher instanceof OutputLines ? [watcher] : []));
    this.#exits = this.#machine.watched.flatMap(({ event }, trigger) =>
      event.kind === 'exit' ? [[trigger, event.task] as const] : [],
    );
    for (const watch of this.#watches) {
      for (const nr of watch.watcher.numbers) this.#byNumber.set(nr, [...(this.#byNumber.get(nr) ?? []), watch]);
    }
    this.#replays = plan.recorded !== undefined;
    const recorded = this.#machine.places.flatMap(({ call }) => syscallNumber(call) ?? []);
    this.armed = unionOf([new Set([...this.#byNumber.keys(), ...recorded]), ...others.map(({ armed }) => armed)]);
  }

  onEntry(call: StoppedCall): EntryDecision | undefined {
    if (this.#nowMs >= this.#machine.nextMs) this.#machine.look();
    if (this.#unplaced.length > 0) this.#place(call);
    const repeats = this.#replays && this.#repeatsAt(call);
    const watches = this.#byNumber.get(call.nr);
    if (!watches) return repeats ? { atExit: true } : undefined;
    const facts = new CallFacts(call);
    const happened: number[] = [];
    const underWay: UnderWay[] = [];
    for (const { watcher, trigger } of watches) {
      // What a watcher of lines has not seen it can't put together.
      const isAwaited = trigger === undefined || watcher instanceof OutputLines || this.#machine.isWaitedFor(trigger);
      const what = isAwaited ? watcher.onEntry(facts) : undefined;
      if (what === 'now') happened.push(trigger!);
      else if (what) underWay.push({ trigger, atReturn: what });
    }
    this.#machine.happened(happened, { exact: true, at: placeOf(call) });
    if (underWay.length === 0) return repeats ? { atExit: true } : undefined;
    this.#underWay.set(call.task, underWay);
    return { atExit: true };
  }

  onExit(call: StoppedCall): undefined {
    if (this.#replays) this.#machine.reached(placeOf(call), true);
    const underWay = this.#underWay.get(call.task);
    if (!underWay) return;
    this.#underWay.delete(call.task);
    const times = underWay.map(({ trigger, atReturn }) => ({ trigger, times: atReturn(call) }));
    const most = Math.max(...times.map((each) => each.times));
    // Two lines by one call are two happenings.
    for (let time = 1; time <= most; time++) {
      const happened = times.flatMap((each) =>
        each.trigger !== undefined && each.times >= time ? [each.trigger] : [],
      );
      this.#machine.happened(happened, { exact: true, at: { ...placeOf(call), returned: true } });
    }
  }

  /** Whether a restart may have ended the command: who is told of each turn knows. */
  get restarts(): boolean {
    return this.#hasRestarted;
  }

  /** The tree is empty: waits until it is to be started again. False: it is not. */
  awaitStart(): boolean {
    this.#tell({ kind: 'down' });
    for (;;) {
      const word = this.#receive();
      if (word !== undefined) return word === 'start';
      this.#machine.look();
      sleepSync(LOOK_MS);
    }
  }

  onTaskStart(task: Task): void {
    this.#tasks.add(task);
    // The command, each time that it is started.
    if (!task.lineage.includes('.')) this.#root = task;
  }

  onExec(task: Task): void {
    if (task !== this.#root) return;
    for (const output of this.#outputs) output.started(task.tid);
    if (!Number.isNaN(this.#startMs)) return;
    this.#startMs = monotonicMs();
    const directory = linkOf(`/proc/${task.tid}/cwd`);
    if (directory !== undefined) for (const { watcher } of this.#watches) watcher.beginIn?.(directory);
    if (!this.#plan.awaitsService) this.#machine.ask({ kind: 'release' });
    this.#receive();
  }

  onTaskEnd(task: Task): void {
    this.#tasks.delete(task);
    this.#underWay.delete(task);
    const triggers = this.#exits.filter(([, lineage]) => lineage === task.lineage).map(([trigger]) => trigger);
    this.#machine.happened(triggers, { exact: true, at: lastPlaceOf(task) });
  }

  nextTime(): number {
    return Number.isNaN(this.#startMs) ? Number.POSITIVE_INFINITY : this.#startMs + this.#machine.nextMs;
  }

  onTime(): readonly [] {
    this.#receive();
    this.#machine.look();
    return [];
  }

  /** What of a recording did not come again, when the run is over. */
  get missed(): readonly RecordedTurn[] {
    return this.#machine.missed;
  }

  /** Turns of a recording before this call; true if there are some behind it. */
  #repeatsAt(call: StoppedCall): boolean {
    const place = placeOf(call);
    this.#machine.reached(place, false);
    const { places } = this.#machine;
    return places.some(({ task, call: name, nth }) => task === place.task && name === place.call && nth === place.nth);
  }

  get #nowMs(): number {
    return Number.isNaN(this.#startMs) ? 0 : monotonicMs() - this.#startMs;
  }

  /** What is asked for; the word that a restart waits for, if it has come. */
  #receive(): 'start' | 'stop' | undefined {
    let word: 'start' | 'stop' | undefined;
    for (let got = receiveMessageOnPort(this.#plan.port); got; got = receiveMessageOnPort(this.#plan.port)) {
      const request = got.message as PhaseRequest;
      if (request.kind === 'start' || request.kind === 'stop') word = request.kind;
      else this.#machine.ask(request);
    }
    return word;
  }

  #told(message: PhaseMessage): void {
    this.#tell(message);
    if (message.kind !== 'phase') return;
    const { turned } = message;
    const { action } = this.#plan.phases[turned.phase]!;
    if (turned.kind === 'begin' && action?.kind === 'restart') this.#hasRestarted = true;
    if (turned.kind === 'begin') this.#signal(turned);
    if (turned.turn.at === undefined) this.#unplaced.push(turned);
  }

  /** The first call behind turns by the clock. */
  #place(call: StoppedCall): void {
    const at = placeOf(call);
    for (const { kind, phase, instance } of this.#unplaced.splice(0)) {
      this.#tell({ kind: 'place', of: { kind, phase, instance }, at });
    }
  }

  /** At the stop, before anybody goes on. */
  #signal({ phase }: Turned): void {
    const { action } = this.#plan.phases[phase]!;
    if (action?.kind !== 'signal') return;
    const signal = signalNumber(action.signal)!;
    const task = [...this.#tasks].find(({ lineage }) => lineage === action.to);
    const tree = [...new Set([...this.#tasks].map(({ tgid }) => tgid))];
    const targets = task ? [task.tgid] : signalTargets(action.to, this.#root?.tgid ?? 0, tree);
    const sent = targets.filter((pid) => sendSignal(pid, signal));
    if (sent.length === 0) this.#tell({ kind: 'failed', phase, error: nobody(action.to) });
  }
}

function placeOf({ task, nr, ordinal }: StoppedCall): CallPlace {
  return { task: task.lineage, call: syscallName(nr), nth: ordinal };
}

/** The last call that was seen of it. */
function lastPlaceOf(task: Task): CallPlace | undefined {
  return task.nr < 0 ? undefined : { task: task.lineage, call: syscallName(task.nr), nth: task.ordinal };
}

function unionOf(sets: readonly Policy['armed'][]): Policy['armed'] {
  if (sets.includes('all')) return 'all';
  return new Set(sets.flatMap((set) => (set === 'all' ? [] : [...set])));
}
