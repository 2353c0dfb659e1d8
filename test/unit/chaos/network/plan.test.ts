import { describe, expect, it } from 'vitest';
import { networkPlan } from '../../../../src/chaos/network/plan.ts';

describe('networkPlan', () => {
  it('has the conditions for all targets and those for some, and nothing else that a configuration says', () => {
    const settings = {
      memoryLimit: 1 << 20,
      seed: 4,
      networkBackend: 'packets',
      ioLatencyMs: 5,
      networkLatencyMs: 20,
      networkTo: [':80'],
      networkRules: [{ packetLossRate: 0.5, networkTo: [':53'] }],
    } as const;
    expect(networkPlan(settings)).toEqual({
      rules: [
        { networkLatencyMs: 20, networkTo: [':80'] },
        { packetLossRate: 0.5, networkTo: [':53'] },
      ],
    });
  });

  it('has no rule for all targets where nothing is asked for all', () => {
    expect(networkPlan({ networkRules: [{ partition: true, networkTo: [':53'] }] })).toEqual({
      rules: [{ partition: true, networkTo: [':53'] }],
    });
    expect(networkPlan({}).rules).toEqual([]);
  });
});
