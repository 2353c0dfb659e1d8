import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  SeededDecisions,
  type StreamDecisions,
  seedName,
  streamKey,
} from '../../../../../src/chaos/network/impairment/rule-decisions.ts';
import type { LossBursts, NetworkConditions } from '../../../../../src/chaos/settings.ts';
import { decisionKey, drawUnit } from '../../../../../src/faults/decisions.ts';

const PACKETS = 300;
const STREAM = { flow: 'tcp 1', direction: 'to', stream: 'data' } as const;
const ORDINALS = [...Array(PACKETS).keys()];
const seeds = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
/** Not fc.double, most of whose values are next to 0: no draw is below them. */
const rates = fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000);
/** Which draw of a packet is for what. They are in no file, but to change one changes all runs of a seed. */
const DRAWS = { loss: 0, burstChange: 1, burstLoss: 2, duplicate: 3, corrupt: 4, reorder: 6 };

function streamOf(rule: NetworkConditions, seed = 1): StreamDecisions {
  return new SeededDecisions(rule, seed).ofStream(STREAM);
}

/** The model of Gilbert and Elliott, packet by packet. */
function burstModel({ enter, leave, inside = 1, outside = 0 }: LossBursts, seed: number): boolean[] {
  const key = streamKey(seed, {}, STREAM);
  let inBurst = false;
  return ORDINALS.map((ordinal) => {
    if (drawUnit(key, ordinal, DRAWS.burstChange) < (inBurst ? leave : enter)) inBurst = !inBurst;
    return drawUnit(key, ordinal, DRAWS.burstLoss) < (inBurst ? inside : outside);
  });
}

describe('decisions by the seed', () => {
  it.each([
    ['loses', 'packetLossRate', DRAWS.loss],
    ['duplicates', 'packetDuplicateRate', DRAWS.duplicate],
    ['corrupts', 'packetCorruptRate', DRAWS.corrupt],
    ['reorders', 'packetReorderRate', DRAWS.reorder],
  ] as const)('%s by a draw of its own, with the chance of %s', (what, option, draw) => {
    fc.assert(
      fc.property(seeds, rates, (seed, rate) => {
        const stream = streamOf({ [option]: rate }, seed);
        const key = streamKey(seed, {}, STREAM);
        expect(ORDINALS.map((ordinal) => stream[what](ordinal))).toEqual(
          ORDINALS.map((ordinal) => drawUnit(key, ordinal, draw) < rate),
        );
      }),
      { numRuns: 20 },
    );
    const always = streamOf({ [option]: 1 });
    expect(ORDINALS.every((ordinal) => always[what](ordinal))).toBe(true);
    const others = streamOf({
      packetLossRate: 1,
      packetDuplicateRate: 1,
      packetCorruptRate: 1,
      packetReorderRate: 1,
      [option]: undefined,
    });
    expect(ORDINALS.some((ordinal) => others[what](ordinal))).toBe(false);
  });

  it('loses in bursts as Gilbert and Elliott say, whatever is lost alone', () => {
    const bursts = fc.record(
      { enter: rates, leave: rates, inside: rates, outside: rates },
      { requiredKeys: ['enter', 'leave'] },
    );
    fc.assert(
      fc.property(seeds, bursts, rates, (seed, packetLossBursts, packetLossRate) => {
        const model = burstModel(packetLossBursts, seed);
        const burst = streamOf({ packetLossBursts }, seed);
        expect(ORDINALS.map((ordinal) => burst.loses(ordinal))).toEqual(model);
        const [alone, both] = [
          streamOf({ packetLossRate }, seed),
          streamOf({ packetLossBursts, packetLossRate }, seed),
        ];
        expect(ORDINALS.map((ordinal) => both.loses(ordinal))).toEqual(
          ORDINALS.map((ordinal) => alone.loses(ordinal) || model[ordinal]),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('differ by flow, direction, stream, targets and seed, and by nothing else of the rule', () => {
    const lossOf = (rule: NetworkConditions, seed = 1, name: Partial<Record<keyof typeof STREAM, string>> = {}) => {
      const stream = new SeededDecisions(rule, seed).ofStream({ ...STREAM, ...name } as typeof STREAM);
      return ORDINALS.map((ordinal) => stream.loses(ordinal));
    };
    const rule = { packetLossRate: 0.5, networkTo: [':80', 'a'] };
    const base = lossOf(rule);
    const others = [
      lossOf(rule, 2),
      lossOf(rule, 1 + 2 ** 32),
      lossOf(rule, 1, { flow: 'tcp 2' }),
      lossOf(rule, 1, { direction: 'from' }),
      lossOf(rule, 1, { stream: 'ack' }),
      lossOf({ ...rule, networkTo: [':80'] }),
    ];
    for (const other of others) expect(other).not.toEqual(base);
    expect(lossOf({ ...rule, networkTo: ['a', ':80'], networkDirection: 'to', networkLatencyMs: 5 })).toEqual(base);
    expect(seedName({ networkTo: ['b', 'a'] })).toBe('network a b');
    expect(seedName({})).toBe('network ');
  });

  it('refuse connections, and drop them, by draws of their own', () => {
    fc.assert(
      fc.property(seeds, rates, fc.nat(100), (seed, rate, number) => {
        const flow = `tcp ${number}`;
        const key = (what: string) => decisionKey(seed, 'network ', `${flow} ${what}`);
        const refusing = new SeededDecisions({ connectionRefuseRate: rate }, seed);
        expect(refusing.refuses(flow)).toBe(drawUnit(key('refuse'), 0) < rate);
        expect(refusing.reset(flow)).toBeUndefined();
        const dropping = new SeededDecisions({ connectionDropRate: rate }, seed);
        expect(dropping.refuses(flow)).toBe(false);
        const drop = key('drop');
        const moment = { bytes: Math.ceil(65_536 ** drawUnit(drop, 1)), ms: drawUnit(drop, 2) * 30_000 };
        expect(dropping.reset(flow)).toEqual(drawUnit(drop, 0) < rate ? moment : undefined);
      }),
    );
  });

  it('drop all connections after a moment that is given, or as many as the rate says', () => {
    const flows = ORDINALS.map((number) => `tcp ${number}`);
    const resets = (rule: NetworkConditions) => flows.map((flow) => new SeededDecisions(rule, 3).reset(flow));
    const after = { connectionDropAfter: { bytes: 5 } };
    expect(resets(after)).toEqual(flows.map(() => ({ bytes: 5, ms: Number.POSITIVE_INFINITY })));
    expect(resets({ connectionDropAfter: { ms: 7 } })[0]).toEqual({ bytes: Number.POSITIVE_INFINITY, ms: 7 });
    const [some, seeded] = [resets({ ...after, connectionDropRate: 0.3 }), resets({ connectionDropRate: 0.3 })];
    expect(some.map((reset) => reset !== undefined)).toEqual(seeded.map((reset) => reset !== undefined));
    expect(new Set(some.map((reset) => reset?.bytes))).toEqual(new Set([5, undefined]));
    expect(resets({ ...after, connectionDropRate: 0 })).toEqual(flows.map(() => undefined));
  });

  it('let names fail by name and lookup, as the rule says how', () => {
    fc.assert(
      fc.property(seeds, rates, fc.nat(5), (seed, dnsFailureRate, ordinal) => {
        const fails = drawUnit(decisionKey(seed, 'network ', 'dns db.local'), ordinal) < dnsFailureRate;
        const failure = (rule: NetworkConditions) =>
          new SeededDecisions({ dnsFailureRate, ...rule }, seed).nameFailure('db.local', ordinal);
        expect(failure({})).toBe(fails ? 'timeout' : undefined);
        expect(failure({ dnsFailure: 'fail' })).toBe(fails ? 'fail' : undefined);
      }),
    );
    expect(new SeededDecisions({ dnsFailure: 'fail' }, 1).nameFailure('db.local', 0)).toBeUndefined();
  });
});
