/** The smallest unit that is shown. */
export type Precision = 's' | 'ms' | 'us' | 'ns';

const DIGITS: Readonly<Record<Precision, number>> = { s: 0, ms: 3, us: 6, ns: 9 };

export interface TimestampStyle {
  /** The time of day in local time, or seconds since the epoch: `-t`, `-tt`, `-ttt`. */
  readonly absolute?: { readonly form: 'time' | 'unix'; readonly precision: Precision } | undefined;
  /** The time since the line before: `-r`. */
  readonly relative?: Precision | undefined;
}

/** Seconds with as many digits as the precision has; what is smaller is cut off, as strace does. */
export function secondsText(seconds: number, precision: Precision): string {
  const [whole, fraction] = split(seconds, precision);
  return whole + fraction;
}

/** The times at the beginning of lines, as strace prints them. */
export class Timestamps {
  readonly #style: TimestampStyle;
  #before: number | undefined;

  constructor(style: TimestampStyle) {
    this.#style = style;
  }

  /** What stands before the line of a moment, given in seconds since the epoch, with a blank behind it. */
  text(seconds: number): string {
    const { absolute, relative } = this.#style;
    let text = absolute ? `${absoluteText(seconds, absolute)} ` : '';
    if (relative) {
      const [whole, fraction] = split(Math.max(seconds - (this.#before ?? seconds), 0), relative);
      this.#before = seconds;
      const since = whole.padStart(6) + fraction;
      text += absolute ? `(+${since}) ` : `${since} `;
    }
    return text;
  }
}

function absoluteText(seconds: number, { form, precision }: NonNullable<TimestampStyle['absolute']>): string {
  const [whole, fraction] = split(seconds, precision);
  return `${form === 'unix' ? whole : timeOfDay(Number(whole))}${fraction}`;
}

function timeOfDay(seconds: number): string {
  const date = new Date(seconds * 1000);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** Whole seconds, and the rest with its point (for whole seconds alone: nothing). */
function split(seconds: number, precision: Precision): [whole: string, fraction: string] {
  const digits = DIGITS[precision];
  // A time of day in seconds has no bits left for less than about 0.2 us: rounded there, so that 0.1 stays 0.1.
  const nanoseconds = Math.round((seconds % 1) * 1e9);
  const carried = nanoseconds === 1e9;
  const whole = String(Math.floor(seconds) + (carried ? 1 : 0));
  if (digits === 0) return [whole, ''];
  return [
    whole,
    `.${String(carried ? 0 : nanoseconds)
      .padStart(9, '0')
      .slice(0, digits)}`,
  ];
}
