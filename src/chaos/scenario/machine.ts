import { decisionKey, drawUnit } from '../../faults/decisions.ts';
import { AT_ONCE, type CallPlace, type PhaseOf, type PhaseTurn, type Trigger } from '../../model/scenario.ts';
import { printDuration } from '../quantities.ts';
import { isMoment, timesOf } from './timing.ts';
import { triggerWords } from './trigger-form.ts';

/** A begin or an end of an instance of a phase, or the end of the run that `abort_on` asks for. */
export type Transition =
  | { readonly kind: 'begin' | 'end'; readonly phase: number; readonly instance: number; readonly turn: PhaseTurn }
  | { readonly kind: 'abort'; readonly turn: PhaseTurn };

/** How a trigger was seen: at a call, or by the clock. */
export interface Sight {
  readonly exact: boolean;
  readonly at: CallPlace | undefined;
}

/** What comes by itself at a time. */
interface Due {
  readonly ms: number;
  readonly turn: PhaseTurn;
}

/** A trigger, and how often it has happened since it is waited for; undefined: it is not waited for. */
interface Wait {
  readonly trigger: Trigger;
  readonly role: 'begin' | 'end' | 'abort';
  readonly state: State | undefined;
  seen: number | undefined;
}

interface State {
  readonly index: number;
  readonly phase: PhaseOf<unknown>;
  isOn: boolean;
  /** It will not begin again by itself. */
  isDone: boolean;
  instance: number;
  beginWait: Wait | undefined;
  endWait: Wait | undefined;
  beginDue: Due | undefined;
  endDue: Due | undefined;
  /** When the last instance was to begin: `every` is counted from there. */
  plannedMs: number;
}

const BY_CLOCK: Sight = { exact: false, at: undefined };

/**
 * Which phases begin and end when: a pure machine, which is told the time and what happens, and says what follows. It knows no
 * task and no clock. Phases run beside each other; what comes at the same time comes in the order of the file, ends first.
 * Times are in milliseconds since the start of the command, and never go back.
 */
export class PhaseMachine {
  /** The triggers that somebody must look out for; `happened` takes their numbers here. Those of other phases are looked after. */
  readonly watched: readonly Trigger[];
  readonly #seed: number;
  readonly #states: readonly State[];
  readonly #waits: readonly Wait[];
  readonly #watchedWaits: readonly Wait[];
  #abortDue: Due | undefined;
  #made: Transition[] = [];

  constructor(phases: readonly PhaseOf<unknown>[], abortOn: readonly Trigger[], seed: number) {
    this.#seed = seed;
    this.#states = phases.map(newState);
    const ofPhases = this.#states.flatMap(({ beginWait, endWait }) => [beginWait, endWait]);
    const aborts = abortOn.map((trigger): Wait => ({ trigger, role: 'abort', state: undefined, seen: 0 }));
    this.#waits = [...ofPhases.filter((wait) => wait !== undefined), ...aborts];
    this.#watchedWaits = this.#waits.filter(({ trigger }) => trigger.event.kind !== 'phase');
    this.watched = this.#watchedWaits.map(({ trigger }) => trigger);
  }

  /** The command starts: what waits for nothing else begins. */
  start(nowMs: number): Transition[] {
    for (const state of this.#states) {
      const { begin } = state.phase;
      if (begin.kind === 'start') this.#begin(state, nowMs, { why: 'the start', exact: true, at: undefined });
      else if (begin.kind === 'at') state.beginDue = due(nowMs + begin.ms, `at ${printDuration(begin.ms)}`);
    }
    return this.#taken();
  }

  /** The time has come to this. */
  at(nowMs: number): Transition[] {
    for (let next = this.#next(); next && next.due.ms <= nowMs; next = this.#next()) next.take(nowMs, next.due);
    return this.#taken();
  }

  /** When something comes by itself; undefined if nothing does. */
  nextMs(): number | undefined {
    return this.#next()?.due.ms;
  }

  /** Triggers that happened, by their numbers in `watched`, at one moment. */
  happened(numbers: readonly number[], nowMs: number, sight: Sight): Transition[] {
    this.#tell(
      numbers.map((number) => this.#watchedWaits[number]!),
      nowMs,
      sight,
    );
    return this.#taken();
  }

  /** A phase that this machine does not run has begun or ended. */
  turned(name: string, is: 'begun' | 'ended', nowMs: number, sight: Sight): Transition[] {
    this.#tellPhase(name, is, nowMs, sight);
    return this.#taken();
  }

  /** Whether a trigger is waited for now: else nobody need look out for it. */
  isWaitedFor(number: number): boolean {
    return this.#watchedWaits[number]!.seen !== undefined;
  }

  /** A phase begins, whatever it waits for. Nothing, if it is on. */
  begin(index: number, nowMs: number, turn: PhaseTurn): Transition[] {
    const state = this.#states[index]!;
    if (!state.isOn) this.#begin(state, nowMs, turn);
    return this.#taken();
  }

  /** A phase ends, whatever it waits for. Nothing, if it is not on. */
  end(index: number, nowMs: number, turn: PhaseTurn): Transition[] {
    const state = this.#states[index]!;
    if (state.isOn) this.#end(state, nowMs, turn);
    return this.#taken();
  }

  /** The run is over, and all phases with it: nothing begins any more. */
  finish(nowMs: number): Transition[] {
    this.#abortDue = undefined;
    for (const wait of this.#waits) wait.seen = undefined;
    for (const state of this.#states) {
      state.isDone = true;
      state.beginDue = undefined;
    }
    for (const state of this.#states) if (state.isOn) this.#end(state, nowMs, { why: 'the run ended', ...BY_CLOCK });
    return this.#taken();
  }

  /** The instance that is on, from 1; 0 if the phase is off. */
  instanceOf(index: number): number {
    const { isOn, instance } = this.#states[index]!;
    return isOn ? instance : 0;
  }

  /** No phase will begin any more, and those that are on have no end of their own. */
  get isOver(): boolean {
    return this.#states.every(({ isOn, isDone, phase: { forMs, until } }) =>
      isOn ? forMs === undefined && until === undefined : isDone,
    );
  }

  #taken(): Transition[] {
    const made = this.#made;
    this.#made = [];
    return made;
  }

  /** What comes first; of what comes at the same time an end, then the first in the file. */
  #next(): { due: Due; take: (nowMs: number, due: Due) => void } | undefined {
    let found: { due: Due; take: (nowMs: number, due: Due) => void } | undefined;
    const consider = (one: Due | undefined, take: (nowMs: number, due: Due) => void) => {
      if (one && (found === undefined || one.ms < found.due.ms)) found = { due: one, take };
    };
    consider(this.#abortDue, (_, { turn }) => this.#abort(turn));
    for (const state of this.#states) consider(state.endDue, (nowMs, { turn }) => this.#end(state, nowMs, turn));
    for (const state of this.#states) {
      consider(state.beginDue, (nowMs, { ms, turn }) => this.#begin(state, nowMs, turn, ms));
    }
    return found;
  }

  #tell(waits: readonly Wait[], nowMs: number, sight: Sight): void {
    // What is waited for from this moment on is another occurrence.
    const waiting = waits.filter(({ seen }) => seen !== undefined);
    for (const role of ['abort', 'end', 'begin'] as const) {
      for (const wait of waiting) if (wait.role === role) this.#count(wait, nowMs, sight);
    }
  }

  #count(wait: Wait, nowMs: number, sight: Sight): void {
    if (wait.seen === undefined) return;
    wait.seen += 1;
    const { nth, delayMs } = wait.trigger;
    if (wait.seen !== nth) return;
    wait.seen = undefined;
    const turn = { why: triggerWords(wait.trigger), ...(delayMs === 0 ? sight : BY_CLOCK) };
    const { role, state } = wait;
    if (delayMs > 0) {
      const later = { ms: nowMs + delayMs, turn };
      if (role === 'abort') this.#abortDue = earlier(this.#abortDue, later);
      else if (role === 'begin') state!.beginDue = later;
      else state!.endDue = earlier(state!.endDue, later);
    } else if (role === 'abort') this.#abort(turn);
    else if (role === 'begin') this.#begin(state!, nowMs, turn);
    else this.#end(state!, nowMs, turn);
  }

  #abort(turn: PhaseTurn): void {
    this.#abortDue = undefined;
    for (const wait of this.#waits) if (wait.role === 'abort') wait.seen = undefined;
    this.#made.push({ kind: 'abort', turn });
  }

  #begin(state: State, nowMs: number, turn: PhaseTurn, plannedMs = nowMs): void {
    const { phase, index, beginWait, endWait } = state;
    state.isOn = true;
    state.isDone = false;
    state.instance += 1;
    state.beginDue = undefined;
    state.plannedMs = plannedMs;
    if (beginWait) beginWait.seen = undefined;
    if (endWait) endWait.seen = 0;
    if (phase.forMs !== undefined) state.endDue = due(nowMs + phase.forMs, `for ${printDuration(phase.forMs)}`);
    this.#made.push({ kind: 'begin', phase: index, instance: state.instance, turn });
    this.#tellPhase(phase.name, 'begun', nowMs, turn);
    if (isMoment(phase) && state.isOn) this.#end(state, nowMs, { ...turn, why: AT_ONCE });
  }

  #end(state: State, nowMs: number, turn: PhaseTurn): void {
    const { phase, index, instance, beginWait, endWait } = state;
    state.isOn = false;
    state.endDue = undefined;
    if (endWait) endWait.seen = undefined;
    this.#made.push({ kind: 'end', phase: index, instance, turn });
    const isLast = state.isDone || instance >= timesOf(phase);
    state.isDone = isLast;
    if (!isLast && phase.everyMs) state.beginDue = this.#again(state, nowMs);
    else if (!isLast && beginWait) beginWait.seen = 0;
    this.#tellPhase(phase.name, 'ended', nowMs, turn);
    if (!isLast) return;
    for (const other of this.#states) {
      const { begin } = other.phase;
      const waits = begin.kind === 'after' && begin.phase === phase.name && other.instance === 0 && !other.isDone;
      if (waits) this.#begin(other, nowMs, { ...turn, why: `after ${phase.name}` });
    }
  }

  /** An instance that is due while the one before lasts begins as soon as that is over. */
  #again({ phase, plannedMs, instance }: State, nowMs: number): Due {
    const [least, most] = phase.everyMs!;
    const drawn = drawUnit(decisionKey(this.#seed, `phase ${phase.name}`, 'every'), instance);
    // A whole number of milliseconds, where one is between them.
    const every = Math.min(most, Math.max(least, Math.round(least + drawn * (most - least))));
    return due(Math.max(plannedMs + every, nowMs), `every ${printDuration(every)}`);
  }

  #tellPhase(name: string, is: 'begun' | 'ended', nowMs: number, sight: Sight): void {
    const waits = this.#waits.filter(
      ({ trigger: { event } }) => event.kind === 'phase' && event.phase === name && event.is === is,
    );
    this.#tell(waits, nowMs, { exact: sight.exact, at: sight.at });
  }
}

function newState(phase: PhaseOf<unknown>, index: number): State {
  const state: State = {
    index,
    phase,
    isOn: false,
    isDone: false,
    instance: 0,
    beginWait: undefined,
    endWait: undefined,
    beginDue: undefined,
    endDue: undefined,
    plannedMs: 0,
  };
  const { begin, until } = phase;
  if (begin.kind === 'on') state.beginWait = { trigger: begin.trigger, role: 'begin', state, seen: 0 };
  if (until) state.endWait = { trigger: until, role: 'end', state, seen: undefined };
  return state;
}

function due(ms: number, why: string): Due {
  return { ms, turn: { why, ...BY_CLOCK } };
}

function earlier(one: Due | undefined, other: Due): Due {
  return one && one.ms <= other.ms ? one : other;
}
