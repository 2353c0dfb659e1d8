/** strtol and friends skip this before a number, and nothing after it. */
const SPACE = '[ \\t-\\r]*';

const DECIMAL = new RegExp(`^${SPACE}\\+?(\\d+)$`);
const ANY_BASE = new RegExp(`^${SPACE}([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\\d*)$`);
const FRACTION = /^(\d+(\.\d*)?|\.\d+)(e-?\d+)?$/i;
const TIME = new RegExp(`^${SPACE}([+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d+)?)(s|ms|us|ns)?$`);

const WORD = 2n ** 64n;
const INT64_MAX = 2n ** 63n - 1n;

/** The smallest double that strtod(3) reads without ERANGE. */
const MIN_NORMAL = 2 ** -1022;

const NANOSECONDS: Readonly<Record<string, number>> = { s: 1e9, ms: 1e6, us: 1e3, ns: 1 };

/** A whole number in [min, max], in decimal, as strace reads it. Undefined for anything else. */
export function parseDecimal(text: string, min: number, max: number): number | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const value = Number(match[1]);
  return value >= min && value <= max ? value : undefined;
}

/** A number that is not negative, such as `0.05`, `.5` or `1e-3`. Undefined for anything else. */
export function parseFraction(text: string): number | undefined {
  return FRACTION.test(text) ? Number(text) : undefined;
}

/** A 64-bit word as strtoull(3) reads it with base 0: decimal, 0x hexadecimal, 0 octal; a minus wraps it around. */
export function parseWord(text: string): bigint | undefined {
  const match = ANY_BASE.exec(text);
  if (match === null) return undefined;
  const digits = match[2]!;
  const magnitude = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
  if (magnitude >= WORD) return undefined;
  return match[1] === '-' ? (WORD - magnitude) % WORD : magnitude;
}

/** The word as decimal text; those of the upper half as negative numbers, which is how they were meant. */
export function printWord(value: bigint): string {
  return `${BigInt.asIntN(64, value)}`;
}

/**
 * A length of time in nanoseconds, from strace's "Time specification format": what strtod(3) reads, then `s`, `ms`,
 * `us` or `ns` (microseconds without one). Fractions of a nanosecond are dropped, and more than 2^53 ns (104 days) is
 * held to that. Undefined for anything else.
 */
export function parseTime(text: string): number | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const [, number, unit = 'us'] = match;
  if (/^[+-]?\d+$/.test(number!) && BigInt(number!.replace('+', '')) > INT64_MAX) return undefined;
  const value = Number(number);
  const underflow = Math.abs(value) < MIN_NORMAL && /[1-9]/.test(number!.split(/[eE]/)[0]!);
  if (value < 0 || value === Number.POSITIVE_INFINITY || underflow) return undefined;
  // + 0 makes a plain zero of -0.
  return Math.min(Math.floor(value * NANOSECONDS[unit]!), Number.MAX_SAFE_INTEGER) + 0;
}

/** The shortest text that `parseTime` reads as so many nanoseconds: the largest unit that leaves a whole number. */
export function printTime(nanoseconds: number): string {
  if (nanoseconds === 0) return '0';
  const [unit, size] = Object.entries(NANOSECONDS).find(([, size]) => nanoseconds % size === 0)!;
  return `${nanoseconds / size}${unit}`;
}
