import type { StoppedCall } from '../../tracer/policy.ts';
import type { CallFacts } from '../call-facts.ts';
import type { Effect, Moment } from '../kinds/effect.ts';

/** One misbehaviour of a kernel, with what it remembers of a run. */
export interface Quirk {
  /** Whether a call, made this way, is one that it can happen to: no other is eligible. */
  concerns(facts: CallFacts, detail: string | undefined): boolean;
  /** What it does to a call that it concerns. */
  effect(moment: Moment, detail: string | undefined): Effect | undefined;
  /** Sees each call of the kind's `watches`, whatever it meets, and may wait for its end. */
  watch?(facts: CallFacts): ((returned: StoppedCall) => void) | undefined;
}

/** All that is known of a quirk before a run. */
export interface QuirkKind {
  /** Calls that it must see even if they are not its own. */
  readonly watches?: readonly string[];
  /** It interrupts calls by EINTR. */
  readonly interrupts?: true;
  /** Programs make its calls without entering the kernel, by vdso(7), unless that is hidden from them. */
  readonly behindVdso?: true;
  /** For a run with this seed. */
  start(seed: number): Quirk;
}
