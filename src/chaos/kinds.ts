import { MAX_SEED } from '../faults/decisions.ts';
import type { ResetMoment } from '../model/network-use.ts';
import {
  ALLOWED_DURATION,
  ALLOWED_RATE,
  ALLOWED_SECONDS,
  ALLOWED_SEED,
  ALLOWED_SIZE,
  badValue,
  MAX_DURATION_MS,
  MAX_SIZE,
  parseDuration,
  parseRate,
  parseSeed,
  parseSize,
  printDuration,
  printRate,
  printSize,
  wholeMicroseconds,
} from './quantities.ts';
import type { FaultsFrom } from './settings.ts';

/** How values of one sort are written, read and bounded: what options of that sort have in common. */
export interface Kind<V> {
  readonly type:
    | 'size'
    | 'rate'
    | 'duration'
    | 'seed'
    | 'count'
    | 'boolean'
    | 'choice'
    | 'list'
    | 'start'
    | 'moment'
    | 'text'
    | 'data';
  /** The placeholder in a flag's help. */
  readonly argument: string;
  /** Ends the sentence "allowed: ...". */
  readonly allowed: string;
  /** The text of a flag, or text in the file. `name` is said in the error. */
  parse(text: string, name: string): V;
  print(value: V): string;
  /** The nearest allowed value to any number but NaN, which is in the unit of the option's name in the file. */
  clamp?(value: number): V;
  /** The value, if the builder is given it as an object; undefined if that will not do. */
  read?(input: object): V | undefined;
  /** The value as the file has it, where that is another than the setting. */
  toFile?(value: V): unknown;
  /** All the words of a choice or a list; a list of free words has a pattern instead. */
  readonly words?: readonly string[];
  readonly pattern?: RegExp;
  /** Milliseconds in the unit of a duration's key. */
  readonly unitMs?: number;
  /** Units that a method of a builder can have in its name (`withTimeoutMs`), each with its clamp. Without one a number is refused. */
  readonly units?: Readonly<Record<string, (value: number) => V>>;
}

/** `+ 0` makes a negative zero an ordinary one, as it is after a round trip through JSON. */
function between(low: number, value: number, high: number): number {
  return Math.min(high, Math.max(low, value)) + 0;
}

export const SIZE: Kind<number> = {
  type: 'size',
  argument: 'SIZE',
  allowed: ALLOWED_SIZE,
  parse: parseSize,
  print: printSize,
  clamp: (value) => between(1, Math.round(value), MAX_SIZE),
};

export const BYTES_PER_SEC: Kind<number> = { ...SIZE, units: { BytesPerSec: (value) => SIZE.clamp!(value) } };

export const RATE: Kind<number> = {
  type: 'rate',
  argument: 'RATE',
  allowed: ALLOWED_RATE,
  parse: parseRate,
  print: printRate,
  clamp: (value) => between(0, value, 1),
};

export const SEED: Kind<number> = {
  type: 'seed',
  argument: 'N',
  allowed: ALLOWED_SEED,
  parse: parseSeed,
  print: String,
  clamp: (value) => between(0, Math.round(value), MAX_SEED),
};

const MAX_COUNT = 10;

/** A small number of things. */
export const COUNT: Kind<number> = {
  type: 'count',
  argument: 'N',
  allowed: `a whole number from 1 to ${MAX_COUNT}`,
  parse(text, name) {
    if (!/^\d+$/.test(text) || Number(text) < 1 || Number(text) > MAX_COUNT) {
      throw badValue(name, JSON.stringify(text), this.allowed);
    }
    return Number(text);
  },
  print: String,
  clamp: (value) => between(1, Math.round(value), MAX_COUNT),
};

/** Milliseconds from a number of this many milliseconds each. */
function clampDuration(value: number, unitMs: number): number {
  return between(0, wholeMicroseconds(between(0, value * unitMs, MAX_DURATION_MS)), MAX_DURATION_MS);
}

const DURATION_UNITS = {
  Secs: (value: number) => clampDuration(value, 1000),
  Ms: (value: number) => clampDuration(value, 1),
} as const;

function duration(unitMs: number, bare: 'seconds' | 'refused', allowed: string): Kind<number> {
  return {
    type: 'duration',
    argument: 'TIME',
    allowed,
    unitMs,
    parse: (text, name) => parseDuration(text, name, bare),
    print: printDuration,
    clamp: (value) => clampDuration(value, unitMs),
    toFile: (ms) => ms / unitMs,
    units: DURATION_UNITS,
  };
}

/** Numbers are seconds. */
export const SECONDS: Kind<number> = duration(1000, 'seconds', ALLOWED_SECONDS);

/** Numbers in the file and the builder are milliseconds; text needs its unit. */
export const MILLISECONDS: Kind<number> = duration(1, 'refused', ALLOWED_DURATION);

export const BOOLEAN: Kind<boolean> = {
  type: 'boolean',
  argument: 'true|false',
  allowed: 'true or false',
  parse(text, name) {
    if (text !== 'true' && text !== 'false') throw badValue(name, JSON.stringify(text), this.allowed);
    return text === 'true';
  },
  print: String,
};

/** Structured data: JSON in a flag. schema.ts says what it must look like, and checks it. */
export function data<V>(argument: string, allowed: string): Kind<V> {
  return {
    type: 'data',
    argument,
    allowed,
    parse(text, name) {
      try {
        return JSON.parse(text) as V;
      } catch {
        throw badValue(name, JSON.stringify(text), allowed);
      }
    },
    print: (value) => JSON.stringify(value),
  };
}

export const FAULTS_START: Kind<FaultsFrom> = {
  type: 'start',
  argument: 'exec|entry|TIME',
  allowed: '"exec", "entry", or a time after the start such as "2s"',
  parse(text, name) {
    if (text === 'exec' || text === 'entry') return text;
    try {
      return parseDuration(text, name);
    } catch {
      throw badValue(name, JSON.stringify(text), this.allowed);
    }
  },
  print: (from) => (typeof from === 'number' ? printDuration(from) : from),
  clamp: (seconds) => SECONDS.clamp!(seconds),
  toFile: (from) => (typeof from === 'number' ? printDuration(from) : from),
  units: DURATION_UNITS,
};

/** So many bytes, or so long. Always text, since a number could be either. */
export const SIZE_OR_TIME: Kind<ResetMoment> = {
  type: 'moment',
  argument: 'SIZE|TIME',
  allowed: 'a size of at least 1 byte with its unit such as "100K" or "512B", or a duration with its unit such as "1s"',
  parse(text, name) {
    // A number alone could be either.
    const read = /[a-z]/i.test(text) && [
      // First, since 5m are minutes, and 5M are MiB.
      () => ({ ms: parseDuration(text, undefined, 'refused') }),
      () => ({ bytes: parseSize(text) }),
    ];
    for (const one of read || []) {
      try {
        return one();
      } catch {
        // It is not that.
      }
    }
    throw badValue(name, JSON.stringify(text), this.allowed);
  },
  print: (moment) => ('bytes' in moment ? withUnit(printSize(moment.bytes)) : printDuration(moment.ms)),
  toFile(moment) {
    return this.print(moment);
  },
  read(input) {
    const [[unit, amount] = [], ...more] = Object.entries(input);
    if (more.length > 0 || typeof amount !== 'number' || Number.isNaN(amount)) return undefined;
    if (unit === 'bytes') return { bytes: SIZE.clamp!(amount) };
    return unit === 'ms' ? { ms: MILLISECONDS.clamp!(amount) } : undefined;
  },
};

function withUnit(size: string): string {
  return /\d$/.test(size) ? `${size}B` : size;
}
