import type { Trigger } from '../../model/scenario.ts';
import type { Phase } from '../settings.ts';
import { PhaseMachine, type Transition } from './machine.ts';
import { timesOf } from './timing.ts';

/** One instance of a phase, in milliseconds from what its part of the time line begins with; `toMs` is undefined where no time ends it. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number | undefined;
}

export interface TimeLineRow {
  /** Which phase. */
  readonly index: number;
  readonly spans: readonly Span[];
  /** It comes again after these. */
  readonly more: boolean;
}

/** What follows from one thing that happens, by time alone. */
export interface TimeLinePart {
  /** Undefined: from the start of the command. */
  readonly when: Trigger | 'request' | undefined;
  /** It ends this phase, rather than to begin one. */
  readonly ends: string | undefined;
  readonly rows: readonly TimeLineRow[];
}

/** A phase that comes every second beside one that comes in an hour is asked for long. */
const MOST_STEPS = 20_000;
/** Of a phase that comes again and again, so many instances. */
const SHOWN = 4;

/**
 * What happens when, as far as it is known before the run: from the start, and from each thing that a phase waits for. A
 * machine is asked, as in a run.
 */
export function timeLine(phases: readonly Phase[], seed: number): TimeLinePart[] {
  const machine = () => new PhaseMachine(phases, [], seed);
  const parts: TimeLinePart[] = [];
  const add = (when: TimeLinePart['when'], ends: string | undefined, rows: readonly TimeLineRow[]) => {
    if (rows.length > 0) parts.push({ when, ends, rows });
  };
  const started = machine();
  add(undefined, undefined, rowsOf(phases, started, started.start(0)));
  const turn = { why: '', exact: false, at: undefined };
  for (const [index, { begin, until, name }] of phases.entries()) {
    if (begin.kind === 'request' || (begin.kind === 'on' && begin.trigger.event.kind !== 'phase')) {
      const begun = machine();
      const rows = rowsOf(phases, begun, begun.begin(index, 0, turn));
      add(begin.kind === 'on' ? begin.trigger : 'request', undefined, rows);
    }
    if (until && until.event.kind !== 'phase') {
      const ended = machine();
      ended.begin(index, 0, turn);
      const rows = rowsOf(phases, ended, ended.end(index, 0, turn)).filter((row) => row.index !== index);
      add(until, name, rows);
    }
  }
  return parts;
}

/** Lets time pass until each phase that comes again has been seen a few times. */
function rowsOf(phases: readonly Phase[], machine: PhaseMachine, first: readonly Transition[]): TimeLineRow[] {
  const spans = phases.map((): Span[] => []);
  const note = (ms: number, made: readonly Transition[]) => {
    for (const one of made) {
      if (one.kind === 'abort') continue;
      const own = spans[one.phase]!;
      if (one.kind === 'begin') own.push({ fromMs: ms, toMs: undefined });
      else if (own.length > 0) own[own.length - 1] = { ...own.at(-1)!, toMs: ms };
    }
  };
  note(0, first);
  /** It has been seen often enough, or no time ends it. */
  const isKnown = (phase: Phase, index: number) => {
    const own = spans[index]!;
    const last = own.at(-1);
    if (last === undefined) return phase.begin.kind !== 'at';
    if (last.toMs === undefined) return phase.forMs === undefined;
    return own.length > SHOWN || own.length >= timesOf(phase);
  };
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = machine.nextMs();
    if (next === undefined) break;
    note(next, machine.at(next));
    const due = machine.nextMs();
    if (due === undefined || (phases.every(isKnown) && spans.some(({ length }) => length > SHOWN))) break;
  }
  return spans.flatMap((own, index) => {
    if (own.length === 0) return [];
    const times = timesOf(phases[index]!);
    return [{ index, spans: own.slice(0, SHOWN), more: Math.max(own.length, Math.min(times, SHOWN + 1)) > SHOWN }];
  });
}
