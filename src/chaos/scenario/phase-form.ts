import type { PhaseAction, PhaseBegin, PhaseOf } from '../../model/scenario.ts';
import { signalNumber } from '../../syscalls/signals.ts';
import { type Path, type Problem, printPath } from '../problems.ts';
import { parseDuration, printDuration } from '../quantities.ts';
import { type TriggerForm, triggerFromForm, triggerToForm } from './trigger-form.ts';

/** What `on` is where a phase begins by request. */
export const REQUEST = 'request';

/** The keys that a phase has beside its options. */
export interface PhaseForm {
  readonly name?: string;
  readonly at?: string;
  readonly on?: TriggerForm | typeof REQUEST;
  readonly after?: string;
  readonly for?: string;
  readonly until?: TriggerForm;
  readonly every?: string | readonly [string, string];
  readonly times?: number;
  readonly signal?: string;
  readonly signal_to?: string;
  readonly pause?: boolean;
  readonly restart?: boolean | string;
  readonly run?: string;
}

export const PHASE_KEYS: readonly (keyof PhaseForm)[] = [
  'name',
  'at',
  'on',
  'after',
  'for',
  'until',
  'every',
  'times',
  'signal',
  'signal_to',
  'pause',
  'restart',
  'run',
];

const BEGINS = ['at', 'on', 'after'] as const;
const ACTIONS = ['signal', 'pause', 'restart', 'run'] as const;
/** What is done at once. */
const MOMENTS: readonly string[] = ['signal', 'run'];

/** Whom a signal is for if nothing says so: the command itself. */
const COMMAND = '0';

/** What is wrong with a phase whose keys all have values of their form, but for its triggers. */
export function phaseProblems(form: Readonly<Record<string, unknown>> & PhaseForm, path: Path): Problem[] {
  const name = printPath(path);
  const found: Problem[] = [];
  const refuse = (key: string, text: string) => found.push({ path: [...path, key], pointsAt: 'key', text });
  const given = <K extends keyof PhaseForm>(keys: readonly K[]) => keys.filter((key) => isGiven(form[key]));

  const [begin, otherBegin] = given(BEGINS);
  if (otherBegin) refuse(otherBegin, `${name} has both ${begin} and ${otherBegin}: a phase has one begin`);

  const options = Object.keys(form).filter((key) => !(PHASE_KEYS as readonly string[]).includes(key));
  const [action, otherAction] = given(ACTIONS);
  if (otherAction) refuse(otherAction, `${name} has both ${action} and ${otherAction}: a phase does one thing`);
  else if (action && options[0]) refuse(options[0], `${name} has both ${action} and ${options[0]}: make two phases`);
  if (!action && options.length === 0) {
    const text = `${name} does nothing; allowed: any option of chaos, or one of ${ACTIONS.join(', ')}`;
    found.push({ path, pointsAt: 'value', text });
  }
  if (form.signal_to !== undefined && action !== 'signal') refuse('signal_to', `${name}.signal_to needs signal`);

  const ends = given(['for', 'until']);
  if (action && MOMENTS.includes(action)) {
    for (const key of ends) refuse(key, `${name} has ${key}, which does nothing with ${action}: that is done at once`);
  } else if (ends.length === 0 && action !== 'restart') {
    const [again] = given(['every', 'times']);
    if (action === 'pause')
      refuse('pause', `${name} has no end: the tree would stand still for good; add for or until`);
    else if (again) refuse(again, `${name} has ${again} and no end; add for or until`);
  }
  if (form.times !== undefined && form.every === undefined && (form.on === undefined || form.on === REQUEST)) {
    refuse('times', `${name}.times does nothing without every or on`);
  }
  const every = form.every === undefined ? undefined : everyOf(form.every);
  if (every && every[0] > every[1]) refuse('every', `${name}.every has its longer time first`);
  if (every && every[0] === 0) refuse('every', `${name}.every is 0; allowed: a time between its begins`);
  if (form.for !== undefined && parseDuration(form.for) === 0) refuse('for', `${name}.for is 0: it would end at once`);
  else if (every && form.for !== undefined && parseDuration(form.for) >= every[0]) {
    refuse('every', `${name}.every is not longer than its for: every is from begin to begin`);
  }
  return found;
}

/** What is set to false is not asked for. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== false;
}

function everyOf(every: string | readonly [string, string]): readonly [number, number] {
  const [least, most] = typeof every === 'string' ? [every, every] : every;
  return [parseDuration(least), parseDuration(most)];
}

/** The phase of a form that has no problems, with these settings. */
export function phaseFromForm<S>(form: PhaseForm, settings: S, name: string): PhaseOf<S> {
  return {
    name,
    settings,
    action: actionOf(form),
    begin: beginOf(form),
    forMs: form.for === undefined ? undefined : parseDuration(form.for),
    until: form.until && triggerFromForm(form.until),
    everyMs: form.every === undefined ? undefined : everyOf(form.every),
    times: form.times,
  };
}

function beginOf({ at, on, after }: PhaseForm): PhaseBegin {
  if (at !== undefined) return { kind: 'at', ms: parseDuration(at) };
  if (on === REQUEST) return { kind: 'request' };
  if (on !== undefined) return { kind: 'on', trigger: triggerFromForm(on) };
  return after === undefined ? { kind: 'start' } : { kind: 'after', phase: after };
}

function actionOf({ signal, signal_to, pause, restart, run }: PhaseForm): PhaseAction | undefined {
  if (signal !== undefined) return { kind: 'signal', signal: fullSignal(signal)!, to: signal_to ?? COMMAND };
  if (pause) return { kind: 'pause' };
  if (restart) return { kind: 'restart', signal: restart === true ? 'SIGTERM' : fullSignal(restart)! };
  return run === undefined ? undefined : { kind: 'run', command: run };
}

/** The name of a signal with `SIG`; undefined if there is none of this name. */
export function fullSignal(word: string): string | undefined {
  const full = word.trim().replace(/^(?!SIG)/, 'SIG');
  return signalNumber(full) === undefined ? undefined : full;
}

/** The form that is read as this phase, but for its settings. */
export function phaseToForm<S>(phase: PhaseOf<S>): PhaseForm {
  const { name, begin, forMs, until, everyMs, times } = phase;
  return {
    name,
    ...(begin.kind === 'at' && { at: printDuration(begin.ms) }),
    ...(begin.kind === 'on' && { on: triggerToForm(begin.trigger) }),
    ...(begin.kind === 'request' && { on: REQUEST }),
    ...(begin.kind === 'after' && { after: begin.phase }),
    ...(forMs !== undefined && { for: printDuration(forMs) }),
    ...(until && { until: triggerToForm(until) }),
    ...(everyMs && { every: printEvery(everyMs) }),
    ...(times !== undefined && { times }),
    ...actionToForm(phase.action),
  };
}

function printEvery([least, most]: readonly [number, number]): string | [string, string] {
  return least === most ? printDuration(least) : [printDuration(least), printDuration(most)];
}

function actionToForm(action: PhaseAction | undefined): PhaseForm {
  switch (action?.kind) {
    case undefined:
      return {};
    case 'signal':
      return { signal: action.signal, ...(action.to !== COMMAND && { signal_to: action.to }) };
    case 'pause':
      return { pause: true };
    case 'restart':
      return { restart: action.signal === 'SIGTERM' ? true : action.signal };
    case 'run':
      return { run: action.command };
  }
}
