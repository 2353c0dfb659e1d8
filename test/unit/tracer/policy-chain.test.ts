import { describe, expect, it } from 'vitest';
import type { EntryDecision, ExitDecision, Policy, StoppedCall } from '../../../src/tracer/policy.ts';
import { PolicyChain } from '../../../src/tracer/policy-chain.ts';

const call = { nr: 1 } as StoppedCall;

function policy(entry: EntryDecision, exit: ExitDecision, onlyCallsThatHappen = false): Policy & { asked: number } {
  return {
    armed: new Set([1]),
    onlyCallsThatHappen,
    asked: 0,
    onEntry() {
      this.asked += 1;
      return entry;
    },
    onExit: () => exit,
  };
}

describe('policies in a chain', () => {
  it('are not asked about calls that are not made, if they do not want to', () => {
    const last = policy({ atExit: true }, {}, true);
    const decide = (first: EntryDecision) => new PolicyChain([policy(first, {}), last]).onEntry(call);
    expect(decide({ result: -5 })).toEqual({ result: -5 });
    expect(decide({ syscall: 39 })).toEqual({ syscall: 39 });
    expect(last.asked).toBe(0);
    expect(decide({ signals: [2] })).toEqual({ signals: [2], atExit: true });
    expect(last.asked).toBe(1);
  });

  it('add up their delays at the exit; of results the first counts', () => {
    const chain = new PolicyChain([policy({}, { result: 1, delayMs: 2 }), policy({}, { result: 3, delayMs: 4 })]);
    expect(chain.onExit(call)).toEqual({ result: 1, delayMs: 6 });
  });
});
