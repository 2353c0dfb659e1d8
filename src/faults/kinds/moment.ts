import type { EntryDecision, ExitDecision, StoppedCall } from '../../tracer/policy.ts';
import type { CallFacts } from '../call-facts.ts';
import type { DecisionKey } from '../decisions.ts';
import type { Conditions } from '../selector.ts';
import type { SignalHandlers } from '../signal-handlers.ts';

/** What a kind of fault knows when it is asked. */
export interface Moment {
  readonly call: StoppedCall;
  readonly facts: CallFacts;
  readonly semantics: Conditions['semantics'];
  readonly realism: Conditions['realism'];
  /** A rule of the user's asks for this very fault: it is not one of many that chance brings. */
  readonly deliberate: boolean;
  /** Random choices are drawn from this key at this ordinal, from draw 8 on. */
  readonly key: DecisionKey;
  readonly ordinal: number;
  readonly handlers: SignalHandlers;
  /** The pipes of the run that are broken. */
  readonly brokenPipes: { add(link: string | undefined): void };
  /** The quirks of the run, by their names. */
  readonly quirks: { of(name: string): Misbehaviour };
}

/** What is to be done: at the entry, and when the call comes back. An effect that is only thought of does nothing. */
export interface Effect {
  /** Done as the fault is injected, outside of the task. */
  readonly begin?: () => void;
  readonly entry?: EntryDecision;
  /** The call as it came back, and what that changes. */
  readonly exit?: (call: StoppedCall) => ExitDecision | undefined;
}

/** A quirk as a fault sees it. */
export interface Misbehaviour {
  /** Whether a call, made this way, is one that it can happen to: no other is eligible. */
  concerns(facts: CallFacts, detail: string | undefined): boolean;
  /** What it does to a call that it concerns. */
  effect(moment: Moment, detail: string | undefined): Effect | undefined;
}

/** The first draw that is free for the kinds. */
export const FIRST_DRAW = 8;
