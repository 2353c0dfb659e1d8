import { createHash } from 'node:crypto';

const DIGITS = 12;

/** A short name for some values: the same for the same ones, another for others. */
export function digestOf(...values: readonly (string | number | readonly unknown[])[]): string {
  return createHash('sha1').update(JSON.stringify(values)).digest('hex').slice(0, DIGITS);
}
