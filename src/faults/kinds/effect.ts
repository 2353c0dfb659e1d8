import type { EntryDecision, ExitDecision, StoppedCall } from '../../tracer/policy.ts';
import type { CallFacts } from '../call-facts.ts';
import type { DecisionKey } from '../decisions.ts';
import type { Quirks } from '../quirks/index.ts';
import type { Rule } from '../rule.ts';
import type { SignalHandlers } from '../signal-handlers.ts';

/** What a kind of fault knows when it is asked. */
export interface Moment {
  readonly call: StoppedCall;
  readonly facts: CallFacts;
  readonly semantics: Rule['semantics'];
  readonly realism: Rule['realism'];
  /** Random choices are drawn from this key at this ordinal, from draw 8 on. */
  readonly key: DecisionKey;
  readonly ordinal: number;
  readonly handlers: SignalHandlers;
  readonly quirks: Quirks;
}

/** What is to be done: at the entry, and when the call comes back. */
export interface Effect {
  readonly entry?: EntryDecision;
  /** The call as it came back, and what that changes. */
  readonly exit?: (call: StoppedCall) => ExitDecision | undefined;
}

/**
 * One kind of fault: what its word in a rule does to a call. It answers undefined where the kernel could not do this to
 * this call: then the call goes on untouched, and the rule has not fired.
 */
export type FaultKind<Word> = (word: Word, moment: Moment) => Effect | undefined;

/** The first draw that is free for the kinds. */
export const FIRST_DRAW = 8;
