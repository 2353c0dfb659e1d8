import { signalNameOf } from '../syscalls/signals.ts';
import { parseDecimal, parseFraction, parseTime, parseWord } from './inject-numbers.ts';
import {
  type CallFault,
  CORRUPT_MODES,
  type Corruption,
  type ErrnoWord,
  FD_KINDS,
  type FdKind,
  type Poke,
  QUIRKS,
  type QuirkName,
} from './rule.ts';
import { BadField } from './rule-draft.ts';
import { errnoByName, errnoName, signalByName } from './strace-names.ts';

// Readers of the values of fields. A field without `=` has no value, which none of them takes for an empty one.

const MAX_COUNT = Number.MAX_SAFE_INTEGER;
const MAX_ERRNO = 4095;
/** TASK_COMM_LEN of the kernel, less its NUL. */
const MAX_COMM_BYTES = 15;

export function readErrno(value = ''): ErrnoWord {
  const errno = errnoByName(value) ?? parseDecimal(value, 1, MAX_ERRNO);
  if (errno === undefined) {
    throw new BadField(`'${value}' is neither the name of an error nor a number from 1 to ${MAX_ERRNO}`);
  }
  return errnoName(errno) ?? errno;
}

export function readSignal(value = ''): string {
  const name = signalNameOf(/^\d+$/.test(value) ? Number(value) : (signalByName(value) ?? 0));
  if (name === undefined) throw new BadField(`'${value}' is neither the name of a signal nor a number from 1 to 64`);
  return name;
}

export function readTime(name: string, value = ''): number {
  const time = parseTime(value);
  if (time === undefined) throw new BadField(`${name} takes a time such as 500, 10ms or 0.5s, not '${value}'`);
  return time;
}

export function readCount(name: string, value = '', min: number): number {
  const count = parseDecimal(value, min, MAX_COUNT);
  if (count === undefined) throw new BadField(`${name} takes a whole number from ${min}, not '${value}'`);
  return count;
}

function readText(name: string, value = ''): string {
  if (value === '') throw new BadField(`${name} has no value`);
  return value;
}

export function readWord(name: string, value = ''): bigint {
  const word = parseWord(value);
  if (word === undefined) throw new BadField(`${name} takes a whole number of 64 bits, not '${value}'`);
  return word;
}

export function readProbability(value = ''): number {
  const probability = parseFraction(value);
  if (probability === undefined || probability > 1)
    throw new BadField(`prob takes a number from 0 to 1, not '${value}'`);
  return probability;
}

/** A backslash before a colon says nothing more than the colon, in a glob: it goes, so that one glob has one text. */
export function readGlob(name: string, value = ''): string {
  const glob = readText(name, value).replace(/\\(.)/gs, (pair, char) => (char === ':' ? ':' : pair));
  if (/(^|[^\\])(\\\\)*\\$/.test(glob)) throw new BadField(`${name} ends in a backslash that stands before nothing`);
  return glob;
}

export function readComm(value = ''): string {
  const bytes = Buffer.from(readText('comm', value));
  if (bytes.length > MAX_COMM_BYTES) {
    throw new BadField(
      `comm is cut by the kernel after ${MAX_COMM_BYTES} bytes: '${bytes.subarray(0, MAX_COMM_BYTES)}'`,
    );
  }
  return value;
}

export function readLineage(value = ''): string {
  if (/^0(\.[1-9]\d*)*$/.test(value)) return value;
  throw new BadField(`task takes a path of births such as 0.1.2, not '${value}'`);
}

export function readPokes(name: string, value = ''): Poke[] {
  if (value === '') throw new BadField(`${name} has no value`);
  const pokes = value
    .split(',')
    .filter((item) => item !== '')
    .map((item) => {
      const match = /^@arg([1-7])=((?:[0-9a-fA-F]{2})+)$/.exec(item);
      if (match === null)
        throw new BadField(`${name} takes @argN=HEX with N from 1 to 7 and two digits a byte, not '${item}'`);
      return { arg: Number(match[1]), hex: match[2]!.toLowerCase() };
    });
  if (new Set(pokes.map(({ arg }) => arg)).size < pokes.length) throw new BadField(`${name} names an argument twice`);
  return pokes;
}

export function readFd(value = ''): number | FdKind {
  const fd = parseDecimal(value, 0, 2 ** 31 - 1) ?? FD_KINDS.find((kind) => kind === value);
  if (fd === undefined) throw new BadField(`fd takes a number or one of ${FD_KINDS.join(', ')}, not '${value}'`);
  return fd;
}

/** A whole number is bytes; a fraction has a point. Less than one byte would not be short, but an end of file. */
export function readShort(value = ''): CallFault {
  const bytes = parseDecimal(value, 1, MAX_COUNT);
  if (bytes !== undefined) return { kind: 'short', bytes };
  const fraction = parseFraction(value);
  if (fraction !== undefined && fraction > 0 && fraction < 1) return { kind: 'short', fraction };
  throw new BadField(`short takes a number of bytes from 1, or a fraction such as 0.5, not '${value}'`);
}

export function readCorruption(value = ''): Corruption {
  const match = /^(\d+)(?:(bit|byte)s?)?(?:,(\w+))?$/.exec(value);
  const amount = parseDecimal(match?.[1] ?? '', 1, MAX_COUNT);
  if (match === null || amount === undefined) {
    throw new BadField(`corrupt takes so many bytes, or bits, such as 4, 4bytes,zero or 1bit, not '${value}'`);
  }
  const mode = match[3] === undefined ? 'flip' : oneOf('corrupt', CORRUPT_MODES, match[3]);
  return { amount, unit: match[2] === 'bit' ? 'bit' : 'byte', mode };
}

/** The quirks that take a detail, and its form. */
const QUIRK_DETAILS: Readonly<Partial<Record<QuirkName, { readonly form: RegExp; readonly example: string }>>> = {
  'clock-back': { form: /^[0-9.]+(s|ms|us|ns)?,(wall|monotonic|all)$/, example: '1s,wall' },
  'clock-stands': { form: /^(wall|monotonic|all)$/, example: 'wall' },
};

export function readQuirk(value = ''): CallFault {
  const [, word = value, detail] = /^([a-z-]+),(.*)$/s.exec(value) ?? [];
  const name = oneOf('quirk', QUIRKS, word);
  const wanted = QUIRK_DETAILS[name];
  if (wanted === undefined && detail === undefined) return { kind: 'quirk', name };
  if (detail !== undefined && wanted?.form.test(detail)) return { kind: 'quirk', name, detail };
  throw new BadField(
    wanted === undefined
      ? `the quirk ${name} takes nothing more, not '${detail}'`
      : `the quirk ${name} is written such as ${name},${wanted.example}, not '${value}'`,
  );
}

export function noValue(name: string, value: string | undefined): void {
  if (value !== undefined) throw new BadField(`${name} takes no value`);
}

export function oneOf<T extends string>(name: string, allowed: readonly T[], value = ''): T {
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw new BadField(`${name} takes one of ${allowed.join(', ')}, not '${value}'`);
  return found;
}
