import { TRIGGER_KINDS, type Trigger, type TriggerEvent, type TriggerKind } from '../../model/scenario.ts';
import { type Path, type Problem, printPath, showValue } from '../problems.ts';
import { describeBadValue, parseDuration, parseSize, printDuration, printSize } from '../quantities.ts';

/** A trigger as the configuration file has it. */
export interface TriggerForm {
  readonly output?: string;
  readonly stream?: 'stdout' | 'stderr';
  readonly listen?: string;
  readonly connect?: string;
  readonly file?: string;
  readonly is?: string;
  readonly syscall?: string | readonly string[];
  readonly path?: string;
  readonly fd?: number | string;
  readonly args?: string | readonly string[];
  readonly comm?: string;
  readonly task?: string;
  readonly probe?: string;
  readonly phase?: string;
  readonly exit?: string;
  readonly nth?: number;
  readonly delay?: string;
}

/** The keys beside `nth` and `delay` that go with each kind. */
const OWN_KEYS: Readonly<Record<TriggerKind, readonly (keyof TriggerForm)[]>> = {
  output: ['stream'],
  listen: [],
  connect: [],
  file: ['is'],
  syscall: ['path', 'fd', 'args', 'comm', 'task'],
  probe: ['is'],
  phase: ['is'],
  exit: [],
};
const FOR_ALL: readonly string[] = ['nth', 'delay'];

export const ALLOWED_TRIGGER: string = `an object with one of ${TRIGGER_KINDS.join(', ')}, such as {"output": "ready"}`;

const ALLOWED_IS: Partial<Record<TriggerKind, string>> = {
  file: '"created", "gone", or "size>N" such as "size>10M"',
  probe: '"ok", "failed"',
  phase: '"begun", "ended"',
};

const LARGER = /^size>(.+)$/;

function kindsOf(form: TriggerForm): TriggerKind[] {
  return TRIGGER_KINDS.filter((kind) => form[kind] !== undefined);
}

/** What is wrong with a trigger whose keys all have values of their form. */
export function triggerProblems(form: TriggerForm, path: Path): Problem[] {
  const kinds = kindsOf(form);
  const name = printPath(path);
  const [kind, other] = kinds;
  if (kind === undefined) {
    return [{ path, pointsAt: 'value', text: describeBadValue(name, showValue(form), ALLOWED_TRIGGER) }];
  }
  if (other !== undefined) {
    const text = `${name} has both ${kind} and ${other}: a trigger waits for one thing`;
    return [{ path: [...path, other], pointsAt: 'key', text }];
  }
  const allowed = [kind, ...OWN_KEYS[kind], ...FOR_ALL];
  const foreign = Object.keys(form).filter((key) => !allowed.includes(key));
  const ofKeys = foreign.map((key): Problem => {
    const text = `${name} has ${key}, which does nothing with ${kind}; allowed with it: ${allowed.slice(1).join(', ')}`;
    return { path: [...path, key], pointsAt: 'key', text };
  });
  return [...ofKeys, ...stateProblems(kind, form.is, path)];
}

function stateProblems(kind: TriggerKind, is: string | undefined, path: Path): Problem[] {
  const allowed = ALLOWED_IS[kind];
  if (allowed === undefined || (is === undefined && kind === 'file') || isState(kind, is)) return [];
  const name = printPath([...path, 'is']);
  if (is === undefined) return [{ path, pointsAt: 'value', text: `${name} is missing; allowed: ${allowed}` }];
  return [{ path: [...path, 'is'], pointsAt: 'value', text: describeBadValue(name, JSON.stringify(is), allowed) }];
}

function isState(kind: TriggerKind, is: string | undefined): boolean {
  if (kind === 'probe') return is === 'ok' || is === 'failed';
  if (kind === 'phase') return is === 'begun' || is === 'ended';
  return is === 'created' || is === 'gone' || largerThan(is) !== undefined;
}

function largerThan(is: string | undefined): number | undefined {
  const size = LARGER.exec(is ?? '')?.[1];
  if (size === undefined) return undefined;
  if (size === '0') return 0;
  try {
    return parseSize(size);
  } catch {
    return undefined;
  }
}

/** The trigger of a form that has no problems. */
export function triggerFromForm(form: TriggerForm): Trigger {
  return {
    event: eventOf(form),
    nth: form.nth ?? 1,
    delayMs: form.delay === undefined ? 0 : parseDuration(form.delay),
  };
}

function eventOf(form: TriggerForm): TriggerEvent {
  const [kind] = kindsOf(form);
  switch (kind!) {
    case 'output':
      return { kind: 'output', regex: form.output!, stream: form.stream };
    case 'listen':
      return { kind: 'listen', address: form.listen! };
    case 'connect':
      return { kind: 'connect', address: form.connect! };
    case 'file': {
      const size = largerThan(form.is);
      const is = size === undefined ? ((form.is ?? 'created') as 'created' | 'gone') : { largerThan: size };
      return { kind: 'file', glob: form.file!, is };
    }
    case 'syscall': {
      const { syscall, path, fd, args, comm, task } = form;
      const call = {
        syscall: [syscall!].flat().join(','),
        ...(path !== undefined && { path }),
        ...(fd !== undefined && { fd }),
        ...(args !== undefined && { args: [args].flat() }),
        ...(comm !== undefined && { comm }),
        ...(task !== undefined && { task }),
      };
      return { kind: 'syscall', call };
    }
    case 'probe':
      return { kind: 'probe', probe: form.probe!, is: form.is as 'ok' | 'failed' };
    case 'phase':
      return { kind: 'phase', phase: form.phase!, is: form.is as 'begun' | 'ended' };
    case 'exit':
      return { kind: 'exit', task: form.exit! };
  }
}

/** The form that is read as this trigger. */
export function triggerToForm({ event, nth, delayMs }: Trigger): TriggerForm {
  return {
    ...eventToForm(event),
    ...(nth !== 1 && { nth }),
    ...(delayMs !== 0 && { delay: printDuration(delayMs) }),
  };
}

function eventToForm(event: TriggerEvent): TriggerForm {
  switch (event.kind) {
    case 'output':
      return { output: event.regex, ...(event.stream && { stream: event.stream }) };
    case 'listen':
      return { listen: event.address };
    case 'connect':
      return { connect: event.address };
    case 'file':
      return { file: event.glob, ...(event.is !== 'created' && { is: printState(event.is) }) };
    case 'syscall':
      return { ...event.call, syscall: oneOrList(event.call.syscall) };
    case 'probe':
      return { probe: event.probe, is: event.is };
    case 'phase':
      return { phase: event.phase, is: event.is };
    case 'exit':
      return { exit: event.task };
  }
}

/** As a rule has it in the file. */
function oneOrList(syscalls: string): string | readonly string[] {
  const list = syscalls.split(',');
  return list.length === 1 ? syscalls : list;
}

function printState(is: 'created' | 'gone' | { readonly largerThan: number }): string {
  return typeof is === 'string' ? is : `size>${printSize(is.largerThan)}`;
}

/** For people: `output /ready/`, `:8080 listens`, `the 3rd openat of /data/**`. */
export function triggerWords({ event, nth, delayMs }: Trigger): string {
  const times = nth === 1 ? '' : `, time ${nth}`;
  const delay = delayMs === 0 ? '' : `, ${printDuration(delayMs)} later`;
  return `${eventWords(event)}${times}${delay}`;
}

function eventWords(event: TriggerEvent): string {
  switch (event.kind) {
    case 'output':
      return `${event.stream ?? 'output'} /${event.regex}/`;
    case 'listen':
      return `${event.address} listens`;
    case 'connect':
      return `connects to ${event.address}`;
    case 'file':
      return `${event.glob} ${typeof event.is === 'string' ? `is ${event.is}` : `> ${printSize(event.is.largerThan)}`}`;
    case 'syscall': {
      const { syscall, ...conditions } = event.call;
      const words = Object.entries(conditions).map(([key, value]) => `${key}=${value}`);
      return [syscall, ...words].join(' ');
    }
    case 'probe':
      return `probe ${event.probe} is ${event.is}`;
    case 'phase':
      return `phase ${event.phase} has ${event.is}`;
    case 'exit':
      return `task ${event.task} exits`;
  }
}
