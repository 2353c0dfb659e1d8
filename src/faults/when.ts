/**
 * Which of the eligible calls, counted from 1: the `first`, and every `step`-th after it up to `last` (for ever, if
 * undefined). A single call is `first` = `last`, with step 1.
 */
export interface When {
  readonly first: number;
  readonly last: number | undefined;
  readonly step: number;
}

/** The bounds of strace(1): FIRST and STEP in 1..65535, LAST in 1..65534. */
const MAX_NUMBER = 65535;
const MAX_LAST = 65534;

// As with strtol(3), white space and a plus sign may come before each number.
const WHEN = /^([ \t-\r]*\+?\d+)(?:\.\.([ \t-\r]*\+?\d+))?(\+([ \t-\r]*\+?\d+)?)?$/;

/** Reads strace's `FIRST[..LAST][+[STEP]]`. Undefined if it is not of that form or a number is out of bounds. */
export function parseWhen(text: string): When | undefined {
  const match = WHEN.exec(text);
  if (match === null) return undefined;
  const first = Number(match[1]);
  const range = match[2] === undefined ? undefined : Number(match[2]);
  const step = match[4] === undefined ? 1 : Number(match[4]);
  if (!inBounds(first, MAX_NUMBER) || !inBounds(step, MAX_NUMBER)) return undefined;
  if (range !== undefined && (!inBounds(range, MAX_LAST) || range < first)) return undefined;
  const last = range ?? (match[3] === undefined ? first : undefined);
  return { first, last, step: last === first ? 1 : step };
}

/** The shortest text that `parseWhen` reads as this. */
export function printWhen({ first, last, step }: When): string {
  if (last === first) return `${first}`;
  const range = last === undefined ? `${first}` : `${first}..${last}`;
  if (step !== 1) return `${range}+${step}`;
  return last === undefined ? `${range}+` : range;
}

/** Whether the `ordinal`-th eligible call, counted from 1, is one of them. */
export function isChosen(when: When, ordinal: number): boolean {
  if (ordinal < when.first) return false;
  if (when.last !== undefined && ordinal > when.last) return false;
  return (ordinal - when.first) % when.step === 0;
}

/** Whether no call after the `ordinal`-th can be one of them: a rule that is used up need not be armed any more. */
export function isOver(when: When, ordinal: number): boolean {
  return when.last !== undefined && ordinal >= when.last;
}

function inBounds(value: number, max: number): boolean {
  return value >= 1 && value <= max;
}

/** How many eligible calls come after the `ordinal`-th, and before the next one that is chosen; Infinity if none is any more. */
export function callsUntilChosen({ first, last, step }: When, ordinal: number): number {
  const next = ordinal < first ? first : first + (Math.floor((ordinal - first) / step) + 1) * step;
  return last !== undefined && next > last ? Number.POSITIVE_INFINITY : next - ordinal - 1;
}
