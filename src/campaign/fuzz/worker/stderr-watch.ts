import { CallFacts } from '../../../faults/call-facts.ts';
import type { Policy, StoppedCall } from '../../../tracer/policy.ts';

/** The stderr of a scene, by whatever descriptor: perror(3) makes one of its own. */
const STDERR = '/memfd:stderr';

/** Whether a call is about the stderr that the command began with: what a program says of a failure goes there. */
export function isAboutStderr(facts: CallFacts): boolean {
  return facts.descriptor?.link?.startsWith(STDERR) === true;
}

/** Knows whether the call that is being decided on is about stderr. It is to be asked before what injects. */
export class StderrWatch implements Policy {
  readonly armed: Policy['armed'];
  #call: StoppedCall | undefined;

  /** `armed`: the calls that faults are injected into. */
  constructor(armed: Policy['armed']) {
    this.armed = armed;
  }

  onEntry(call: StoppedCall): undefined {
    this.#call = call;
  }

  /** Valid only while a policy is asked about the call. */
  get isAtStderr(): boolean {
    return this.#call !== undefined && isAboutStderr(new CallFacts(this.#call));
  }
}
