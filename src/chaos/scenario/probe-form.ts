import { PROBE_KINDS, PROBE_MOMENTS, type Probe, type ProbeMoment, type ProbeQuestion } from '../../model/scenario.ts';
import { type Path, type Problem, printPath, showValue } from '../problems.ts';
import { describeBadValue, parseDuration, printDuration } from '../quantities.ts';
import { parseAgeBounds, parseSizeBounds, printAgeBounds, printSizeBounds } from './bounds.ts';

type ProbeKind = (typeof PROBE_KINDS)[number];

/** Which answer will do, where that needs more than one word. */
export interface ToleranceForm {
  readonly status?: number | readonly number[];
  readonly output?: string;
  readonly body?: string;
  readonly exists?: boolean;
  readonly size?: string;
  readonly age?: string;
  readonly content?: string;
}

/** A probe as the configuration file has it. */
export interface ProbeForm {
  readonly name: string;
  readonly command?: string;
  readonly http?: string;
  readonly tcp?: string;
  readonly file?: string;
  readonly output?: string;
  readonly stream?: 'stdout' | 'stderr';
  readonly tolerance?: number | readonly number[] | string | boolean | ToleranceForm;
  readonly check?: ProbeMoment | readonly ProbeMoment[];
  readonly interval?: string;
  readonly timeout?: string;
  readonly initial_delay?: string;
  readonly failure_threshold?: number;
  readonly within?: string;
}

export const PROBE_DEFAULTS: Pick<Probe, 'check' | 'intervalMs' | 'timeoutMs' | 'initialDelayMs' | 'failureThreshold'> =
  {
    check: ['before', 'after'],
    intervalMs: 1000,
    timeoutMs: 5000,
    initialDelayMs: 0,
    failureThreshold: 1,
  };

export const ALLOWED_PROBE: string = `an object with "name" and one of ${PROBE_KINDS.join(', ')}, such as {"name": "up", "tcp": ":8080"}`;

/** What `tolerance` may be for each kind: a word, and the keys of its longer form. */
const TOLERANCES: Readonly<
  Record<ProbeKind, { readonly allowed: string; readonly types: readonly string[]; readonly keys: readonly string[] }>
> = {
  command: {
    allowed: 'an exit status, a list of them, a regular expression of what it writes, or {"status", "output"}',
    types: ['number', 'list', 'string'],
    keys: ['status', 'output'],
  },
  http: {
    allowed: 'a status, a list of them, a regular expression of the body, or {"status", "body"}',
    types: ['number', 'list', 'string'],
    keys: ['status', 'body'],
  },
  tcp: { allowed: 'nothing: a connection is all that it asks for', types: [], keys: [] },
  file: {
    allowed: 'true, false (it is not there), or an object with some of exists, size, age, content',
    types: ['boolean'],
    keys: ['exists', 'size', 'age', 'content'],
  },
  output: { allowed: 'true, or false (no such line)', types: ['boolean'], keys: [] },
};

/** What is wrong with a probe whose keys all have values of their form. */
export function probeProblems(form: ProbeForm, path: Path): Problem[] {
  const name = printPath(path);
  const [kind, other] = PROBE_KINDS.filter((one) => form[one] !== undefined);
  if (kind === undefined) {
    return [{ path, pointsAt: 'value', text: describeBadValue(name, showValue(form), ALLOWED_PROBE) }];
  }
  if (other !== undefined) {
    const text = `${name} has both ${kind} and ${other}: a probe asks one thing`;
    return [{ path: [...path, other], pointsAt: 'key', text }];
  }
  const found: Problem[] = [];
  const refuse = (key: string, text: string) => found.push({ path: [...path, key], pointsAt: 'key', text });
  if (form.stream !== undefined && kind !== 'output') refuse('stream', `${name}.stream needs output`);
  const checks = [form.check ?? PROBE_DEFAULTS.check].flat();
  if (form.initial_delay !== undefined && !checks.includes('before')) {
    refuse('initial_delay', `${name}.initial_delay does nothing without the check "before"`);
  }
  if (form.within !== undefined && !checks.some((check) => check !== 'during')) {
    refuse('within', `${name}.within does nothing without the check "before" or "after"`);
  }
  return [...found, ...toleranceProblems(form.tolerance, kind, [...path, 'tolerance'])];
}

function toleranceProblems(tolerance: ProbeForm['tolerance'], kind: ProbeKind, path: Path): Problem[] {
  if (tolerance === undefined) return [];
  const { allowed, types, keys } = TOLERANCES[kind];
  const type = Array.isArray(tolerance) ? 'list' : typeof tolerance;
  if (type !== 'object') {
    if (types.includes(type)) return [];
  } else if (keys.length > 0) {
    const foreign = Object.keys(tolerance).find((key) => !keys.includes(key));
    if (foreign === undefined) return [];
    const text = `${printPath(path)} has ${foreign}; allowed for ${kind}: ${allowed}`;
    return [{ path: [...path, foreign], pointsAt: 'key', text }];
  }
  const text = describeBadValue(printPath(path), showValue(tolerance), allowed);
  return [{ path, pointsAt: 'value', text }];
}

function time<K extends string>(key: K, text: string | undefined): { readonly [P in K]?: number } {
  return (text === undefined ? {} : { [key]: parseDuration(text) }) as { readonly [P in K]?: number };
}

/** The probe of a form that has no problems. */
export function probeFromForm(form: ProbeForm): Probe {
  return {
    name: form.name,
    asks: questionOf(form),
    ...PROBE_DEFAULTS,
    ...(form.check !== undefined && { check: PROBE_MOMENTS.filter((moment) => form.check!.includes(moment)) }),
    ...time('intervalMs', form.interval),
    ...time('timeoutMs', form.timeout),
    ...time('initialDelayMs', form.initial_delay),
    ...(form.failure_threshold !== undefined && { failureThreshold: form.failure_threshold }),
    withinMs: form.within === undefined ? undefined : parseDuration(form.within),
  };
}

function questionOf(form: ProbeForm): ProbeQuestion {
  const kind = PROBE_KINDS.find((one) => form[one] !== undefined)!;
  const { tolerance } = form;
  switch (kind) {
    case 'command':
      return { kind, command: form.command!, ...answerOf(tolerance, 'output') };
    case 'http':
      return { kind, url: form.http!, ...answerOf(tolerance, 'body') };
    case 'tcp':
      return { kind, address: form.tcp! };
    case 'file': {
      if (typeof tolerance !== 'object') {
        return { kind, path: form.file!, ...(tolerance !== undefined && { exists: tolerance as boolean }) };
      }
      const { exists, size, age, content } = tolerance as ToleranceForm;
      return {
        kind,
        path: form.file!,
        ...(exists !== undefined && { exists }),
        ...(size !== undefined && { size: parseSizeBounds(size)! }),
        ...(age !== undefined && { ageMs: parseAgeBounds(age)! }),
        ...(content !== undefined && { content }),
      };
    }
    case 'output':
      return { kind, regex: form.output!, stream: form.stream, seen: tolerance !== false };
  }
}

function answerOf<K extends 'output' | 'body'>(
  tolerance: ProbeForm['tolerance'],
  text: K,
): { readonly status?: readonly number[] } & { readonly [P in K]?: string } {
  if (tolerance === undefined) return {};
  if (typeof tolerance === 'string') return { [text]: tolerance } as { readonly [P in K]?: string };
  if (typeof tolerance === 'number' || Array.isArray(tolerance))
    return { status: [tolerance].flat() as number[] } as never;
  const { status, [text]: pattern } = tolerance as ToleranceForm;
  return {
    ...(status !== undefined && { status: [status].flat() }),
    ...(pattern !== undefined && { [text]: pattern }),
  } as never;
}

/** The form that is read as this probe. */
export function probeToForm(probe: Probe): ProbeForm {
  const { check, intervalMs, timeoutMs, initialDelayMs, failureThreshold, withinMs } = probe;
  const differs = <K extends keyof typeof PROBE_DEFAULTS>(key: K) => probe[key] !== PROBE_DEFAULTS[key];
  return {
    name: probe.name,
    ...questionToForm(probe.asks),
    ...(check.join() !== PROBE_DEFAULTS.check.join() && { check }),
    ...(differs('intervalMs') && { interval: printDuration(intervalMs) }),
    ...(differs('timeoutMs') && { timeout: printDuration(timeoutMs) }),
    ...(differs('initialDelayMs') && { initial_delay: printDuration(initialDelayMs) }),
    ...(differs('failureThreshold') && { failure_threshold: failureThreshold }),
    ...(withinMs !== undefined && { within: printDuration(withinMs) }),
  };
}

function questionToForm(asks: ProbeQuestion): Partial<ProbeForm> {
  switch (asks.kind) {
    case 'command':
      return { command: asks.command, ...answerToForm(asks.status, 'output', asks.output) };
    case 'http':
      return { http: asks.url, ...answerToForm(asks.status, 'body', asks.body) };
    case 'tcp':
      return { tcp: asks.address };
    case 'file': {
      const { exists, size, ageMs, content } = asks;
      const tolerance = {
        ...(exists !== undefined && { exists }),
        ...(size && { size: printSizeBounds(size) }),
        ...(ageMs && { age: printAgeBounds(ageMs) }),
        ...(content !== undefined && { content }),
      };
      const keys = Object.keys(tolerance);
      if (keys.length === 0) return { file: asks.path };
      return { file: asks.path, tolerance: keys.length === 1 && exists !== undefined ? exists : tolerance };
    }
    case 'output':
      return {
        output: asks.regex,
        ...(asks.stream && { stream: asks.stream }),
        ...(!asks.seen && { tolerance: false }),
      };
  }
}

function answerToForm(
  status: readonly number[] | undefined,
  key: 'output' | 'body',
  pattern: string | undefined,
): Partial<ProbeForm> {
  if (status === undefined) return pattern === undefined ? {} : { tolerance: pattern };
  const one = status.length === 1 ? status[0]! : status;
  return { tolerance: pattern === undefined ? one : { status: one, [key]: pattern } };
}
