import { CallFacts } from '../../../faults/call-facts.ts';
import type { Policy, StoppedCall } from '../../../tracer/policy.ts';

/** Where a scene has what a program says, by whatever descriptor: perror(3) makes one of its own. */
const OUTLETS = { '/memfd:stderr': 'stderr', '/memfd:stdout': 'stdout' } as const;
export type Outlet = (typeof OUTLETS)[keyof typeof OUTLETS];

/** Which of the outputs that the command began with a call is about; undefined if it is about none. */
export function outletOf(facts: CallFacts): Outlet | undefined {
  const link = facts.descriptor?.link;
  return link === undefined ? undefined : Object.entries(OUTLETS).find(([name]) => link.startsWith(name))?.[1];
}

/** Knows which output the call is about that is being decided on. It is to be asked before what injects. */
export class OutletWatch implements Policy {
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
  get outlet(): Outlet | undefined {
    return this.#call && outletOf(new CallFacts(this.#call));
  }
}
