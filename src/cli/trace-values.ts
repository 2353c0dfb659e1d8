import { RenacerError } from '../model/errors.ts';
import { CALL_STATUSES, type CallStatus } from '../report/call-status.ts';
import { COUNT_COLUMNS, type CountColumn, type CountOrder } from '../report/count-table.ts';
import type { QuietMessage } from '../report/strace-text-options.ts';
import type { Precision, TimestampStyle } from '../report/timestamps.ts';
import type { DescriptorSet } from '../syscalls/descriptor-set.ts';
import { signalName, signalNumber } from '../syscalls/signals.ts';
import { DESCRIPTOR_WISHES, type DescriptorWish } from './trace-settings.ts';

/** Readers of the values of strace's options. Each throws INVALID_VALUE, which names the option. */

const PRECISIONS = ['s', 'ms', 'us', 'ns'] as const;
const SECONDS: Readonly<Record<Precision, number>> = { s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9 };
const HIGHEST_SIGNAL = 64;

export function notAllowed(option: string, text: string, allowed: string): RenacerError {
  return new RenacerError('INVALID_VALUE', `${option}: ${JSON.stringify(text)} is not allowed; allowed: ${allowed}`);
}

export function oneOf<T extends string>(option: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === text);
  if (found === undefined) throw notAllowed(option, text, allowed.join(', '));
  return found;
}

export function wholeNumber(option: string, text: string, unit: string): number {
  if (!/^\d+$/.test(text)) throw notAllowed(option, text, `a whole number of ${unit}`);
  return Number(text);
}

/** What one record of a stack can hold. */
const MAX_FRAMES = 100_000;

export function frameLimit(option: string, text: string): number {
  const limit = wholeNumber(option, text, 'frames');
  if (limit === 0 || limit > MAX_FRAMES) throw notAllowed(option, text, `a number from 1 to ${MAX_FRAMES}`);
  return limit;
}

/** `1,2 3`: with commas, blanks or lines between them, as pidof(1) and pgrep(1) print them. */
export function processIds(option: string, text: string): readonly number[] {
  return text
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map((word) => {
      const pid = /^\d+$/.test(word) ? Number(word) : 0;
      if (pid < 1 || pid >= 2 ** 31) throw notAllowed(option, word, 'ids of processes');
      return pid;
    });
}

/** Of an option whose value may be left out. */
export function precision(option: string, text: string | undefined): Precision {
  return text === undefined ? 'us' : oneOf(option, text.replace(/^precision:/, ''), PRECISIONS);
}

/**
 * `unix,us`, `format:time,precision:ms`, `ns`, ...: what is not said is as `before`, and at first the time of day in
 * seconds.
 */
export function absoluteTimes(
  option: string,
  text: string | undefined,
  before?: TimestampStyle['absolute'],
): TimestampStyle['absolute'] {
  let form = (before?.form ?? 'time') as 'none' | 'time' | 'unix';
  let smallest: Precision = before?.precision ?? 's';
  for (const word of (text ?? 'time').split(',')) {
    const bare = word.replace(/^(format|precision):/, '');
    const known = PRECISIONS.find((candidate) => candidate === bare);
    if (known) smallest = known;
    else form = oneOf(option, bare, ['none', 'time', 'unix', ...PRECISIONS]) as typeof form;
  }
  return form === 'none' ? undefined : { form, precision: smallest };
}

/** `30`, `30us`, `1ms`: in seconds. */
export function duration(option: string, text: string): number {
  const [, digits, unit] = /^(\d+)(s|ms|us|ns)?$/.exec(text) ?? [];
  if (digits === undefined) throw notAllowed(option, text, 'a whole number with s, ms, us (the default) or ns');
  return Number(digits) * SECONDS[(unit as Precision | undefined) ?? 'us'];
}

/** A set by names, with `!`, `all` and `none`. */
export function setOf<T extends string>(option: string, text: string, all: readonly T[]): Set<T> {
  const [, inverted, list] = /^(!?)(.*)$/s.exec(text)!;
  const named = list === 'all' ? all : list === 'none' ? [] : list!.split(',').map((name) => oneOf(option, name, all));
  return new Set(inverted ? all.filter((one) => !named.includes(one)) : named);
}

export function statuses(option: string, text: string): ReadonlySet<CallStatus> | undefined {
  const set = setOf(option, text, CALL_STATUSES);
  return set.size === CALL_STATUSES.length ? undefined : set;
}

/** Descriptors: `0,3`, `!1,2`, `all`, `none`. */
export function descriptorSet(option: string, text: string): DescriptorSet {
  const [, marks, list] = /^(!*)(.*)$/s.exec(text)!;
  const inverted = marks!.length % 2 === 1;
  if (list === 'all' || list === 'none') return { members: [], inverted: (list === 'all') !== inverted };
  const members = list!.split(',').map((number) => wholeNumber(option, number, 'a file descriptor'));
  return { members, inverted };
}

const WISH_ALIASES: Readonly<Record<string, DescriptorWish>> = { sock: 'socket', device: 'dev' };

/** What is to be told of descriptors: `path`, `socket`, `all`, ... */
export function descriptorWishes(option: string, text: string): ReadonlySet<DescriptorWish> {
  const words = text.split(',').map((word) => word.replace(/[a-z]+$/, (name) => WISH_ALIASES[name] ?? name));
  return setOf(option, words.join(','), DESCRIPTOR_WISHES);
}

const QUIET_NAMES = ['attach', 'exit', 'path-resolution', 'personality', 'thread-execve'] as const;
const QUIET_ALIASES: Readonly<Record<string, string>> = {
  attaching: 'attach',
  exits: 'exit',
  'path-resolve': 'path-resolution',
  'thread-exec': 'thread-execve',
  superseded: 'thread-execve',
};

/** What is not to be told. */
export function quietMessages(option: string, text: string): ReadonlySet<QuietMessage> {
  const words = text.split(',').map((word) => word.replace(/[a-z-]+$/, (name) => QUIET_ALIASES[name] ?? name));
  return setOf(option, words.join(','), QUIET_NAMES) as ReadonlySet<QuietMessage>;
}

/** What one, two and three `-q` leave out. */
export function quietLevel(level: number): ReadonlySet<QuietMessage> {
  if (level >= 3) return quietMessages('-q', 'all');
  return quietMessages('-q', level === 2 ? 'attach,personality,exit' : 'attach,personality');
}

export function signalSet(option: string, text: string): (signal: number) => boolean {
  const all = Array.from({ length: HIGHEST_SIGNAL }, (_, i) => signalName(i + 1));
  const names = text.replace(/[^,!]+/g, (word) => {
    if (word === 'all' || word === 'none') return word;
    const number = /^\d+$/.test(word) ? Number(word) : signalNumber(word);
    if (number === undefined || number < 1 || number > HIGHEST_SIGNAL) {
      throw notAllowed(option, word, 'names of signals (SIGTERM, term), numbers, all, none; "!" in front negates them');
    }
    return signalName(number);
  });
  const set = setOf(option, names, all);
  return (signal) => set.has(signalName(signal));
}

const COLUMN_ALIASES: Readonly<Record<string, CountColumn>> = {
  'time-percentage': 'time-percent',
  time: 'time-percent',
  'time-total': 'total-time',
  shortest: 'min-time',
  'time-min': 'min-time',
  longest: 'max-time',
  'time-max': 'max-time',
  'time-avg': 'avg-time',
  count: 'calls',
  error: 'errors',
  // The time is always wall time.
  'wall-total': 'total-time',
  'total-wall': 'total-time',
  'wall-min': 'min-time',
  'min-wall': 'min-time',
  'wall-max': 'max-time',
  'max-wall': 'max-time',
  'wall-avg': 'avg-time',
  'avg-wall': 'avg-time',
  syscall: 'name',
  'syscall-name': 'name',
};

function countColumn(option: string, text: string, more: readonly string[] = []): string {
  const name = text.toLowerCase().replaceAll('_', '-');
  return oneOf(option, COLUMN_ALIASES[name] ?? name, [...COUNT_COLUMNS, ...more]);
}

/** As strace, the name is always among them. */
export function countColumns(option: string, text: string): readonly CountColumn[] {
  return [...new Set([...text.split(',').map((name) => countColumn(option, name) as CountColumn), 'name' as const])];
}

export function countOrder(option: string, text: string): CountOrder {
  const name = countColumn(option, text === 'none' ? 'nothing' : text, ['nothing']);
  return name === 'time-percent' ? 'total-time' : (name as CountOrder);
}
