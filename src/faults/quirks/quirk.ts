import type { StoppedCall } from '../../tracer/policy.ts';
import type { CallFacts } from '../call-facts.ts';
import type { Misbehaviour } from '../kinds/moment.ts';

/** One misbehaviour of a kernel, with what it remembers of a run. */
export interface Quirk extends Misbehaviour {
  /** Sees each call of the kind's `watches`, whatever it meets, and may wait for its end. */
  watch?(facts: CallFacts): ((returned: StoppedCall) => void) | undefined;
}

/** All that is known of a quirk before a run. */
export interface QuirkKind {
  /** What is written behind its name and a comma; undefined for nothing. */
  readonly detail?: { isRight(detail: string): boolean; readonly example: string };
  /** Calls that it must see even if they are not its own. */
  readonly watches?: readonly string[];
  /** It interrupts calls by EINTR. */
  readonly interrupts?: true;
  /** Programs make its calls without entering the kernel, by vdso(7), unless that is hidden from them. */
  readonly behindVdso?: true;
  /** For a run with this seed. */
  start(seed: number): Quirk;
}
