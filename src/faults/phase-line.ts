import type { CallPlace } from '../model/scenario.ts';

/** A begin or an end of a phase in a recorded run: at a call, or else at a time. */
export interface RecordedTurn {
  readonly name: string;
  readonly instance: number;
  readonly kind: 'begin' | 'end';
  readonly at: CallPlace | undefined;
  /** Milliseconds since the start of the command. */
  readonly ms: number;
}

/** One line of a file of recorded faults, with its line end. */
export function printRecordedTurn({ name, instance, kind, at, ms }: RecordedTurn): string {
  return `${JSON.stringify({ phase: { name, instance, [kind === 'begin' ? 'begins' : 'ends']: at ?? { ms } } })}\n`;
}

/** What was printed; else what is wrong with it. */
export function readTurn(value: unknown): RecordedTurn | string {
  if (!isObject(value)) return 'phase is not an object';
  const { name, instance, begins, ends } = value;
  const where = begins ?? ends;
  if (typeof name !== 'string' || !isWhole(instance))
    return 'name and instance of a phase are a text and a number from 1';
  if (!isObject(where)) return 'a phase needs begins or ends';
  const of = { name, instance, kind: begins === undefined ? ('end' as const) : ('begin' as const) };
  const { task, call, nth, returned, ms } = where;
  if (typeof ms === 'number' && ms >= 0) return { ...of, at: undefined, ms };
  if (typeof task !== 'string' || typeof call !== 'string' || !isWhole(nth)) {
    return 'a phase begins and ends at a task, a call and an nth, or at ms';
  }
  return { ...of, at: { task, call, nth, ...(returned === true && { returned }) }, ms: 0 };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
