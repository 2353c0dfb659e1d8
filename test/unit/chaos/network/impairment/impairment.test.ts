import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Impairment } from '../../../../../src/chaos/network/impairment/impairment.ts';
import { PacketFate } from '../../../../../src/chaos/network/impairment/packet-fate.ts';
import type { NetworkConditions } from '../../../../../src/chaos/settings.ts';

const PACKETS = 400;

function fates(
  rules: readonly NetworkConditions[],
  seed: number,
  flow = 'udp 1',
  direction: 'to' | 'from' = 'to',
): PacketFate[] {
  const impairment = new Impairment(
    rules.map((rule) => ({ rule, targets: [] })),
    seed,
  ).ofFlow(flow, '192.0.2.1', 80);
  return [...Array(PACKETS).keys()].map((ordinal) => {
    const fate = new PacketFate();
    impairment.decide(fate, direction, 'data', ordinal, 1000 + ordinal, 100);
    return fate;
  });
}

const lost = (all: readonly PacketFate[]): boolean[] => all.map((fate) => fate.lost !== undefined);
const seeds = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const rates = fc.double({ min: 0, max: 1, noNaN: true });

describe('impairment', () => {
  it('is the same for the same seed, flow and packet', () => {
    const rule = fc.record({ packetLossRate: rates, packetDuplicateRate: rates, networkJitterMs: rates });
    fc.assert(
      fc.property(seeds, rule, (seed, conditions) => {
        expect(fates([conditions], seed)).toEqual(fates([conditions], seed));
      }),
      { numRuns: 20 },
    );
  });

  it('differs by seed, by flow and by direction', () => {
    const rule = { packetLossRate: 0.5 };
    const base = lost(fates([rule], 1));
    for (const other of [fates([rule], 2), fates([rule], 1, 'udp 2'), fates([rule], 1, 'udp 1', 'from')]) {
      expect(lost(other)).not.toEqual(base);
    }
  });

  it('a higher rate loses more, and all that the lower one lost', () => {
    fc.assert(
      fc.property(seeds, rates, rates, (seed, a, b) => {
        const low = lost(fates([{ packetLossRate: Math.min(a, b) }], seed));
        const high = lost(fates([{ packetLossRate: Math.max(a, b) }], seed));
        expect(low.every((value, i) => !value || high[i])).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('what is lost does not depend on other rules', () => {
    const rule = { packetLossRate: 0.3, packetLossBursts: { enter: 0.05, leave: 0.3 } };
    const other = { networkTo: ['192.0.2.0/24'], networkLatencyMs: 5, networkJitterMs: 2, packetDuplicateRate: 0.5 };
    expect(lost(fates([other, rule], 9))).toEqual(lost(fates([rule], 9)));
  });

  it('a rate of 0 does nothing, and one of 1 everything', () => {
    expect(lost(fates([{ packetLossRate: 0 }], 3))).not.toContain(true);
    expect(lost(fates([{ packetLossRate: 1 }], 3))).not.toContain(false);
    expect(lost(fates([{ partition: true }], 3))).not.toContain(false);
  });

  it('bursts last 1/leave packets on average', () => {
    const losses = lost(fates([{ packetLossBursts: { enter: 0.1, leave: 0.25 } }], 5));
    const bursts = losses.filter((value, i) => value && !losses[i - 1]).length;
    expect(losses.filter(Boolean).length / bursts).toBeGreaterThan(2.5);
    expect(losses.filter(Boolean).length / bursts).toBeLessThan(6);
  });

  it('delays add up, and no jitter makes a packet early', () => {
    const [first] = fates([{ networkLatencyMs: 5 }, { networkLatencyMs: 7 }], 1);
    expect(first!.due).toBe(1012);
    fates([{ networkLatencyMs: 1, networkJitterMs: 50, networkDistribution: 'pareto' }], 1).forEach((fate, i) => {
      expect(fate.due).toBeGreaterThanOrEqual(1000 + i);
    });
  });

  it('a reordered packet overtakes, or is overtaken where nothing waits', () => {
    expect(fates([{ networkLatencyMs: 5, packetReorderRate: 1 }], 1)[0]!.due).toBe(1000);
    expect(fates([{ packetReorderRate: 1 }], 1)[0]!.due).toBeGreaterThan(1000);
  });

  it('connections are refused and dropped as often as asked for, some early and some late', () => {
    const impairment = new Impairment(
      [{ rule: { connectionRefuseRate: 0.25, connectionDropRate: 0.5, networkDirection: 'to' }, targets: [] }],
      4,
    );
    const flows = [...Array(2000).keys()].map((i) => impairment.ofFlow(`tcp ${i}`, '192.0.2.1', 80));
    const refused = flows.filter((flow) => flow.refuses('to')).length;
    const bytes = flows.map((flow) => flow.resets('to').bytes).filter(Number.isFinite);
    expect(refused / 2000).toBeCloseTo(0.25, 1);
    expect(bytes.length / 2000).toBeCloseTo(0.5, 1);
    expect(bytes.filter((value) => value < 256).length / bytes.length).toBeCloseTo(0.5, 1);
    expect(Math.max(...bytes)).toBeLessThanOrEqual(65_536);
    expect(flows.some((flow) => flow.refuses('from') !== undefined)).toBe(false);
  });
});
