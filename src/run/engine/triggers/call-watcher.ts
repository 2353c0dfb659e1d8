import type { CallFacts } from '../../../faults/call-facts.ts';
import type { StoppedCall } from '../../../tracer/policy.ts';

/** How often something has happened by a call, when it has come back. */
export type AtReturn = (call: StoppedCall) => number;

/** Looks out for something that happens by system calls. */
export interface CallWatcher {
  /** The calls by which it may happen. */
  readonly numbers: ReadonlySet<number>;
  /** `now`: it happens by this call, before that is made. Else what tells when it has come back, if anything may. */
  onEntry(facts: CallFacts): 'now' | AtReturn | undefined;
  /** Where the command begins. */
  beginIn?(directory: string): void;
}
