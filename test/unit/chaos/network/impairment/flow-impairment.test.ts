import { describe, expect, it } from 'vitest';
import { ruleName } from '../../../../../src/chaos/network/impairment/active-rule.ts';
import { type FlowImpairment, Impairment } from '../../../../../src/chaos/network/impairment/impairment.ts';
import { EARLY_MS, PacketFate } from '../../../../../src/chaos/network/impairment/packet-fate.ts';
import { RecordedFaults } from '../../../../../src/chaos/network/impairment/recorded-faults.ts';
import type { RuleDecisions } from '../../../../../src/chaos/network/impairment/rule-decisions.ts';
import { ActivePhases } from '../../../../../src/chaos/scenario/active.ts';
import type { NetworkConditions } from '../../../../../src/chaos/settings.ts';
import type { NetworkDirection } from '../../../../../src/model/network-use.ts';

const target = (port: number) => ({ address: undefined, prefix: 128, port });

/** What these rules, each for the port of its `networkTo`, do to a flow to a server at `port`. */
function impairmentOf(rules: readonly NetworkConditions[], port: number | undefined = 80): FlowImpairment {
  const resolved = rules.map((rule) => ({
    rule,
    targets: (rule.networkTo ?? []).map((to) => target(Number(to.slice(1)))),
  }));
  return new Impairment(resolved, 1).ofFlow('tcp 1', '192.0.2.1', port);
}

function fateOf(impairment: FlowImpairment, direction: NetworkDirection = 'to', ordinal = 0, bytes = 100): PacketFate {
  const fate = new PacketFate();
  impairment.decide(fate, direction, 'data', ordinal, 1000, bytes);
  return fate;
}

const BOTH: NetworkDirection[] = ['to', 'from'];

describe('rules that meet one flow', () => {
  it('add their delays up, each for the targets and the direction that it is for', () => {
    const impairment = impairmentOf([
      { networkLatencyMs: 10 },
      { networkLatencyMs: 20, networkDirection: 'to' },
      { networkLatencyMs: 40, networkDirection: 'from', networkTo: [':80'] },
      { networkLatencyMs: 80, networkTo: [':81'] },
    ]);
    expect(BOTH.map((direction) => fateOf(impairment, direction).due)).toEqual([1030, 1050]);
    expect(BOTH.map((direction) => impairment.latency(direction))).toEqual([30, 50]);
    expect(
      ['network', 'network to', 'network :80 from', 'network :81'].map((name) => impairment.isUnder(name)),
    ).toEqual([true, true, true, false]);
  });

  it('name themselves by targets, in any order, and direction', () => {
    expect(ruleName({ networkTo: [':81', ':80'], networkDirection: 'from' })).toBe('network :80 :81 from');
    expect(ruleName({ networkDirection: 'both' })).toBe('network');
  });

  it('lose a packet by the first of them that does, and do nothing else to it', () => {
    const impairment = impairmentOf([
      { networkLatencyMs: 10 },
      { packetLossRate: 1, networkTo: [':80'] },
      { partition: true },
      { packetDuplicateRate: 1, packetCorruptRate: 1, packetReorderRate: 1 },
    ]);
    const fate = fateOf(impairment);
    expect(fate).toMatchObject({ lost: 'loss', by: { lost: 'network :80' }, due: 1000 });
    expect(fate).toMatchObject({ duplicate: false, corruptAt: undefined, reordered: false });
    const twice = [{ packetLossRate: 1 }, { packetLossRate: 1, networkTo: [':80'] }];
    expect(fateOf(impairmentOf(twice)).by.lost).toBe('network');
    expect(fateOf(impairmentOf([{ partition: true, packetLossRate: 1 }])).lost).toBe('partition');
    expect(fateOf(impairmentOf([{ partition: false }])).lost).toBeUndefined();
  });

  it('say which of them duplicates, corrupts and reorders', () => {
    const fate = fateOf(
      impairmentOf([
        { packetDuplicateRate: 1, networkTo: [':80'] },
        { packetCorruptRate: 1, networkDirection: 'to' },
        { packetReorderRate: 1 },
      ]),
    );
    expect(fate).toMatchObject({ lost: undefined, duplicate: true, reordered: true });
    expect(fate.by).toEqual({ lost: '', duplicate: 'network :80', corrupt: 'network to', reordered: 'network' });
    expect(fate.corruptAt).toBeGreaterThanOrEqual(0);
    expect(fate.corruptAt).toBeLessThan(1);
  });

  it('reorder a packet by sending it at once, or by holding it where it would be sent at once', () => {
    expect(fateOf(impairmentOf([{ packetReorderRate: 1, networkLatencyMs: 5 }])).due).toBe(1000);
    expect(fateOf(impairmentOf([{ packetReorderRate: 1 }])).due).toBe(1010);
  });

  it('are narrow for all packets of a direction together, and say so', () => {
    const impairment = impairmentOf([{ bandwidthBytesPerSec: 1000 }]);
    expect([0, 1, 2].map((ordinal) => fateOf(impairment, 'to', ordinal).due)).toEqual([1100, 1200, 1300]);
    expect(fateOf(impairment, 'from')).toMatchObject({ due: 1100, throttled: true });
    // 1 MiB is the most that waits before it.
    const full = fateOf(impairment, 'to', 3, 2 << 20);
    expect(full.lost).toBeUndefined();
    expect(fateOf(impairment, 'to', 4)).toMatchObject({ lost: 'queue-full', by: { lost: 'network' } });
    const wide = impairmentOf([{ bandwidthBytesPerSec: (100 / EARLY_MS) * 1000 }]);
    expect(fateOf(wide).throttled).toBe(false);
    expect(fateOf(impairmentOf([{ networkLatencyMs: 10 }])).throttled).toBe(false);
  });

  it('never let a packet arrive before it was sent, however much its delay differs', () => {
    const impairment = impairmentOf([{ networkJitterMs: 50, networkLatencyMs: 10 }]);
    const dues = [...Array(200).keys()].map((ordinal) => fateOf(impairment, 'to', ordinal).due);
    expect(Math.min(...dues)).toBe(1000);
    expect(Math.max(...dues)).toBeGreaterThan(1040);
    expect(Math.max(...dues)).toBeLessThanOrEqual(1060);
  });

  it('are mostly a little early, and at times very late, where the jitter is of Pareto', () => {
    const impairment = impairmentOf([{ networkLatencyMs: 100, networkJitterMs: 20, networkDistribution: 'pareto' }]);
    const delays = [...Array(500).keys()].map((ordinal) => fateOf(impairment, 'to', ordinal).due - 1100);
    expect(delays.filter((delay) => delay < 0).length).toBeGreaterThan(250);
    expect(Math.max(...delays)).toBeGreaterThan(-2 * Math.min(...delays));
  });

  it('reset a connection at the first moment that any of them says, and know whose that is', () => {
    const impairment = impairmentOf([
      { connectionDropAfter: { bytes: 20 } },
      { connectionDropAfter: { ms: 7 }, networkTo: [':80'] },
      { connectionDropAfter: { bytes: 10 }, networkDirection: 'to' },
      { connectionDropAfter: { ms: 5 }, networkDirection: 'from' },
    ]);
    expect(impairment.resets('to')).toEqual({ bytes: 10, ms: 7, by: { bytes: 'network to', ms: 'network :80' } });
    expect(impairment.resets('from')).toEqual({ bytes: 20, ms: 5, by: { bytes: 'network', ms: 'network from' } });
    const alike = impairmentOf([
      { connectionDropAfter: { bytes: 5 } },
      { connectionDropAfter: { bytes: 5 }, networkTo: [':80'] },
      { connectionDropAfter: { ms: 5 } },
      { connectionDropAfter: { ms: 5 }, networkTo: [':80'] },
    ]);
    expect(alike.resets('to').by).toEqual({ bytes: 'network', ms: 'network' });
    const none = { bytes: Number.POSITIVE_INFINITY, ms: Number.POSITIVE_INFINITY, by: { bytes: '', ms: '' } };
    expect(impairmentOf([{}]).resets('to')).toEqual(none);
  });

  it('refuse it, and let names fail, by the first that does', () => {
    const impairment = impairmentOf([
      { networkLatencyMs: 1 },
      { connectionRefuseRate: 1, networkDirection: 'from', dnsFailureRate: 1, dnsFailure: 'fail' },
      { connectionRefuseRate: 1, networkTo: [':80'], dnsFailureRate: 1 },
    ]);
    expect(BOTH.map((direction) => impairment.refuses(direction))).toEqual(['network :80', 'network from']);
    expect(impairment.nameFailure('a', 0)).toEqual({ failure: 'fail', by: 'network from' });
    const none = impairmentOf([{}]);
    expect([none.refuses('to'), none.nameFailure('a', 0)]).toEqual([undefined, undefined]);
  });

  it('do what was recorded in place of what the seed says, where there is a recording', () => {
    const asked: string[] = [];
    const never = (): false => false;
    const recorded: RuleDecisions = {
      ofStream: () => ({ loses: (ordinal) => ordinal === 1, duplicates: never, corrupts: never, reorders: never }),
      refuses: never,
      reset: () => undefined,
      nameFailure: () => undefined,
    };
    const source = {
      ofRule(name: string): RuleDecisions {
        asked.push(name);
        return recorded;
      },
    };
    const rules = [{ rule: { packetLossRate: 1, networkTo: [':80'] }, targets: [] }];
    const impairment = new Impairment(rules, 1, source).ofFlow('tcp 1', '192.0.2.1', 80);
    expect([0, 1, 2].map((ordinal) => fateOf(impairment, 'to', ordinal).lost)).toEqual([undefined, 'loss', undefined]);
    expect(asked).toEqual(['network :80']);
  });
});

describe('a rule of a phase', () => {
  const gate = { active: new ActivePhases(1).shared, plan: { owner: 0, later: [] } };
  const everything = { networkLatencyMs: 10, partition: true, connectionRefuseRate: 1, packetLossRate: 1 };
  const flow = { flow: 'tcp 1', service: '', direction: 'to', stream: 'data', rule: 'network' } as const;

  it('does nothing while that is off', () => {
    const impairment = new Impairment([{ rule: { ...everything, gate }, targets: [] }], 1).ofFlow('tcp 1', '::1', 80);
    expect(fateOf(impairment)).toMatchObject({ lost: undefined, due: 1000 });
    expect(impairment.refuses('to')).toBeUndefined();
  });

  it('gives recorded faults even then: a replay comes to their packets at other times', () => {
    const recorded = new RecordedFaults([
      { ...flow, kind: 'refuse', packet: 1 },
      { ...flow, kind: 'loss', packet: 2 },
    ]);
    const rules = [
      { networkLatencyMs: 10, partition: true, gate },
      { packetLossRate: 1, connectionRefuseRate: 1, gate },
    ];
    const impairment = new Impairment(
      rules.map((rule) => ({ rule, targets: [] })),
      1,
      recorded,
    ).ofFlow('tcp 1', '::1', 80);
    expect(impairment.refuses('to')).toBe('network');
    expect(fateOf(impairment, 'to', 0)).toMatchObject({ lost: undefined, due: 1000 });
    expect(fateOf(impairment, 'to', 1)).toMatchObject({ lost: 'loss' });
  });
});
