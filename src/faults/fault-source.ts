import { type Effect, effectsOf, type Moment } from './kinds/index.ts';
import { QUIRK_KINDS } from './quirks/index.ts';
import type { Fault, QuirkName } from './rule.ts';

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
  readonly quirk?: { readonly name: QuirkName; readonly detail?: string };
  /** Undefined if the kernel could do nothing of the sort to this call. */
  choose(moment: Moment): Injection | undefined;
}

/** The one fault of a rule. */
export function fixedFault(fault: Fault): FaultSource {
  return {
    interrupts: isInterrupting(fault),
    ...(fault.call?.kind === 'quirk' && { quirk: fault.call }),
    choose(moment) {
      const effects = effectsOf(fault, moment);
      return effects && { fault, effects };
    },
  };
}

function isInterrupting({ call }: Fault): boolean {
  if (call?.kind === 'quirk') return QUIRK_KINDS[call.name].interrupts === true;
  return call?.kind === 'error' && (call.errno === 'EINTR' || call.errno === 4);
}
