/**
 * How a number that has a name is written (strace's `-X`): its name, the number alone, or the number with its name in a
 * comment.
 */
export const CONSTANT_STYLES = ['raw', 'abbrev', 'verbose'] as const;
export type ConstantStyle = (typeof CONSTANT_STYLES)[number];

/**
 * The style of the call that is being printed. Printers of constants are values of tables, called from everywhere in
 * the decoders; what is printed is printed in one go, so format-call.ts says it here, once for each piece of text.
 */
let current: ConstantStyle = 'abbrev';

export function useConstantStyle(style: ConstantStyle = 'abbrev'): void {
  current = style;
}

/** True for the style in which names stand alone. */
export function namesAlone(): boolean {
  return current === 'abbrev';
}

/** A number (as text, in the base that is usual for it) that may have a name. */
export function constantText(number: string, name: string | undefined): string {
  if (name === undefined || current === 'raw') return number;
  return current === 'abbrev' ? name : `${number} /* ${name} */`;
}

/** A number with what it means in a comment, unless numbers alone are asked for. */
export function explained(number: string, meaning: string): string {
  return current === 'raw' ? number : `${number} /* ${meaning} */`;
}
