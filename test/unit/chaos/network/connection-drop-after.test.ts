import { describe, expect, it } from 'vitest';
import { SIZE_OR_TIME } from '../../../../src/chaos/kinds.ts';
import { partsOf } from '../../../../src/chaos/tiers.ts';
import { ChaosConfig } from '../../../../src/index.ts';

describe('connection_drop_after', () => {
  it.each([
    ['100K', { bytes: 102_400 }],
    ['512B', { bytes: 512 }],
    ['1.5M', { bytes: 1_572_864 }],
    ['5M', { bytes: 5 << 20 }],
    ['5m', { ms: 300_000 }],
    ['1s', { ms: 1000 }],
    ['250ms', { ms: 250 }],
  ])('is a size or a time: %s', (text, moment) => {
    expect(SIZE_OR_TIME.parse(text, 'it')).toEqual(moment);
    expect(SIZE_OR_TIME.parse(SIZE_OR_TIME.print(moment), 'it')).toEqual(moment);
  });

  it.each(['', '100', '0', '0B', '1x', '-1s', '1s 100K', 'K'])(
    'is not "%s", which could be either or is neither',
    (text) => {
      expect(() => SIZE_OR_TIME.parse(text, 'it')).toThrow(/it is ".*"; allowed: a size .* or a duration/);
    },
  );

  it('is given to the builder as text, or as one amount', () => {
    const ofInput = (input: unknown) =>
      ChaosConfig.new()
        .withConnectionDropAfter(input as string)
        .build().settings.connectionDropAfter;
    expect(ofInput('1M')).toEqual({ bytes: 1 << 20 });
    expect(ofInput({ bytes: 0.2 })).toEqual({ bytes: 1 });
    expect(ofInput({ ms: 1500 })).toEqual({ ms: 1500 });
    for (const wrong of [5, true, {}, { bytes: 1, ms: 1 }, { ms: '1' }, { seconds: 1 }, { bytes: Number.NaN }, null]) {
      expect(() => ofInput(wrong)).toThrow(/^withConnectionDropAfter is .*; allowed: /);
    }
    const ruled = ChaosConfig.new().withNetworkRule({ networkTo: [':80'], connectionDropAfter: { ms: 5 } });
    expect(ruled.build().settings.networkRules).toEqual([{ networkTo: [':80'], connectionDropAfter: { ms: 5 } }]);
  });

  it('asks for dropped connections, unless none are to be dropped', () => {
    const after = { connectionDropAfter: { ms: 1 } };
    expect(partsOf(after)).toEqual(['connection_drop']);
    expect(partsOf({ ...after, connectionDropRate: 0.5 })).toEqual(['connection_drop']);
    expect(partsOf({ ...after, connectionDropRate: 0 })).toEqual([]);
    expect(partsOf({ networkRules: [after] })).toEqual(['connection_drop']);
  });
});
