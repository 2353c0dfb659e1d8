import { effectsOf, type Fault } from './kinds/index.ts';
import type { Effect, Moment } from './kinds/moment.ts';
import { QUIRK_KINDS } from './quirks/index.ts';

/** What is injected into one call: the fault, by which it is recorded and replayed, and what that does. */
export interface Injection {
  readonly fault: Fault;
  readonly effects: readonly Effect[];
}

/** Says what a call meets that its rule has chosen. */
export interface FaultSource {
  /** Whether it may interrupt calls by EINTR: then the signal handlers of the program are watched. */
  readonly interrupts: boolean;
  /** The quirk that it is, which says by itself what calls it concerns. */
  readonly quirk?: { readonly name: string; readonly detail?: string };
  /** What the chance of its rule is multiplied by, for calls of this number; 1 without it. */
  readonly shareOf?: (nr: number) => number;
  /** Undefined if the kernel could do nothing of the sort to this call. */
  choose(moment: Moment): Injection | undefined;
}

/** The one fault of a rule. */
export function fixedFault(fault: Fault): FaultSource {
  return {
    interrupts: isInterrupting(fault),
    ...(fault.quirk && { quirk: fault.quirk }),
    choose(moment) {
      const effects = effectsOf(fault, moment);
      return effects && { fault, effects };
    },
  };
}

/** Whether it is an EINTR, which depends on the handlers of the program. */
export function isInterrupting({ quirk, error }: Fault): boolean {
  return quirk ? QUIRK_KINDS[quirk.name]!.interrupts === true : error === 'EINTR';
}
