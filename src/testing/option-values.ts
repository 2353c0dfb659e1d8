import fc from 'fast-check';
import type { OptionName } from '../chaos/option.ts';
import { defaultOf, optionOf } from '../chaos/options.ts';
import { errorsByFrequency } from './common-errors.ts';

/** Of a limit: the mildest is shrunk to. Two fifths of all sizes from 1 GiB down to 1 MiB are above 64 MiB. */
const MOST_SIZE_BITS = 30;
const SIZE_STEPS = 10 * 1024;
const LONGEST_LIMIT_MS = 60_000;
const LIMIT_STEPS = 10 * 1024;
/** What delays a program, and not what a test has time for. */
const LONGEST_MS = 2000;

/**
 * Any value of one option that a program could meet, made from its entry in the table: it shrinks towards less adversity. Undefined for those that are made of others (rules,
 * conditions of targets, phases).
 */
export function anyValue(name: OptionName): fc.Arbitrary<unknown> | undefined {
  const { kind, isLimit, example } = optionOf(name);
  switch (kind.type) {
    case 'size':
      return isLimit ? halves(SIZE_STEPS, 2 ** MOST_SIZE_BITS) : fc.integer({ min: 1, max: 2 ** MOST_SIZE_BITS });
    case 'rate':
      return fc.nat(1000).map((steps) => (isLimit ? 1000 - steps : steps) / 1000);
    case 'duration':
      return isLimit ? halves(LIMIT_STEPS, LONGEST_LIMIT_MS) : fc.nat(LONGEST_MS);
    case 'seed':
      return fc.nat();
    case 'count':
      return fc.integer({ min: 1, max: 10 });
    case 'boolean':
      // What is turned off is left out.
      return fc.constant(true);
    case 'choice':
      // What is learned needs a trace.
      return fc.constantFrom(...mildestFirst(name, kind.words ?? []).filter((word) => word !== 'learned'));
    case 'list':
      if (name === 'byzantine.errors') return fc.subarray([...errorsByFrequency()], { minLength: 1, maxLength: 4 });
      return fc.subarray([...(kind.words ?? (example as readonly string[]))], { minLength: 1 });
    case 'start':
      return fc.oneof(fc.constantFrom('entry', 'exec'), fc.nat(LONGEST_MS));
    case 'moment':
      return fc.oneof(
        halves(SIZE_STEPS, 2 ** MOST_SIZE_BITS).map((bytes) => ({ bytes })),
        halves(LIMIT_STEPS, LONGEST_LIMIT_MS).map((ms) => ({ ms })),
      );
    case 'data':
    case 'text':
      return name === 'packetLossBursts' ? anyBursts : undefined;
  }
}

/** From the most down, the more so the further; whole numbers. */
function halves(steps: number, most: number): fc.Arbitrary<number> {
  return fc.nat(steps).map((step) => Math.round(most / 2 ** (step / 1024)));
}

/** The default comes first, since that is what the option is without it. */
function mildestFirst(name: OptionName, words: readonly string[]): readonly string[] {
  const usual = defaultOf(name);
  return [...words].sort((a, b) => Number(b === usual) - Number(a === usual));
}

const anyRate = fc.nat(1000).map((steps) => steps / 1000);

const anyBursts = fc.record(
  { enter: anyRate, leave: anyRate, inside: anyRate, outside: anyRate },
  { requiredKeys: ['enter', 'leave'] },
);
