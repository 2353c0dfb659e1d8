import type { Descriptor } from '../descriptor.ts';
import type { Effect, Moment } from '../kinds/moment.ts';

/**
 * What an error is to do so far, with the negative errno; and what it is to do then, undefined where it can't come at all.
 * `subject` is the descriptor that the error is about.
 */
export type Aftermath = (
  effect: Effect,
  errno: number,
  moment: Moment,
  subject: Descriptor | undefined,
) => Effect | undefined;

/** The same effect with more to do as the call is entered. */
export function withEntry(effect: Effect, entry: NonNullable<Effect['entry']>): Effect {
  return { ...effect, entry: { ...effect.entry, ...entry } };
}

/** The same effect with a signal, which comes with the error. */
export function withSignal(effect: Effect, signal: number): Effect {
  return withEntry(effect, { signals: [...(effect.entry?.signals ?? []), signal] });
}
