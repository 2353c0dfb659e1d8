const NS_PER_MS = 1_000_000n;

/** Nanoseconds in each unit; a number without one is microseconds, as in every rule. */
const UNITS: Readonly<Record<string, bigint>> = {
  d: 86_400_000_000_000n,
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: 1_000_000_000n,
  ms: NS_PER_MS,
  us: 1000n,
  ns: 1n,
  '': 1000n,
};

const TIME = /^([+-]?)(\d+)(?:\.(\d{1,9})\d*)?(d|h|m|s|ms|us|ns|)$/;
/** RFC 3339; without a time it is midnight, without a zone UTC. */
const DATE = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/;

/** Where a clock goes: so many nanoseconds further (or back, if negative), or to a time since the epoch. */
export type ClockJump = { readonly byNs: bigint } | { readonly toNs: bigint };

/** Reads `-1d`, `365d`, `1.5h`, or `2038-01-19T03:14:07Z`. Undefined for anything else. */
export function parseClockJump(text: string): ClockJump | undefined {
  const byNs = parseBy(text);
  if (byNs !== undefined) return { byNs };
  const [, day, time = '00:00', zone = 'Z'] = DATE.exec(text) ?? [];
  const date = day === undefined ? Number.NaN : Date.parse(`${day}T${time}${zone}`);
  // Days that a month does not have are taken for those of the next one.
  if (Number.isNaN(date) || date < 0 || !isDayOfMonth(day!)) return undefined;
  return { toNs: BigInt(date) * NS_PER_MS };
}

function parseBy(text: string): bigint | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const [, sign, whole, fraction = '', unit = ''] = match;
  const scaled = BigInt(whole + fraction.padEnd(9, '0')) * UNITS[unit]!;
  const ns = scaled / 1_000_000_000n;
  return sign === '-' ? -ns : ns;
}

function isDayOfMonth(day: string): boolean {
  return new Date(`${day}T00:00Z`).toISOString().startsWith(day);
}
