import type { Kind } from './kinds.ts';

/** The code of the warning, as Node.js prints it and `process.on('warning')` gives it. */
export const BARE_NUMBER = 'RENACER_BARE_NUMBER';

const warned = new Set<string>();

/**
 * `withTimeout(5000)` looks like milliseconds and is 5,000 seconds: a number says its unit in the name of the method. It
 * is still taken as before, with one warning for each method; the next version refuses it.
 */
export function warnOfBareNumber(method: string, { units = {} }: Pick<Kind<unknown>, 'units'>): void {
  if (warned.has(method)) return;
  warned.add(method);
  const better = Object.keys(units).map((unit) => `${method}${unit}`);
  process.emitWarning(
    `${method} with a number does not say its unit: use ${better.join(' or ')}, or text with a unit`,
    {
      type: 'DeprecationWarning',
      code: BARE_NUMBER,
      detail: 'Numbers without a unit will be refused in the next version.',
    },
  );
}
