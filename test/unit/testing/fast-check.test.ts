import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { at } from '../../../src/chaos/dotted-keys.ts';
import type { Tier } from '../../../src/chaos/option.ts';
import { OPTION_NAMES, optionOf } from '../../../src/chaos/options.ts';
import { chaosJsonSchema } from '../../../src/chaos/schema.ts';
import { refuseUnsound } from '../../../src/chaos/sound.ts';
import { ChaosConfig } from '../../../src/index.ts';
import { chaosConfig, networkOptions, rules, scenario } from '../../../src/testing/fast-check.ts';

const isOfSchema = new Ajv2020({ strict: false }).compile(chaosJsonSchema());

const TIERS: readonly Tier[] = ['basic', 'network', 'byzantine', 'full'];

/** What a property comes down to that fails where this holds. */
function smallest<V>(arbitrary: fc.Arbitrary<V>, fails: (value: V) => boolean): V {
  const { counterexample } = fc.check(
    fc.property(arbitrary, (value) => !fails(value)),
    { numRuns: 5000, endOnFailure: false },
  );
  return counterexample![0];
}

describe.each([
  ['chaosConfig', chaosConfig()],
  ['scenario', scenario()],
])('%s', (_, arbitrary) => {
  it('is always valid, and the same again when it is written and read', () => {
    fc.assert(
      fc.property(arbitrary, (config) => {
        const json = config.toJSON();
        isOfSchema(json);
        expect(isOfSchema.errors).toBeNull();
        expect(() => refuseUnsound(config)).not.toThrow();
        expect(ChaosConfig.fromJSON(JSON.stringify(json)).settings).toEqual(config.settings);
      }),
    );
  });

  it('shrinks to nothing', () => {
    expect(smallest(arbitrary, () => true).toJSON()).toEqual({});
  });
});

describe('chaosConfig', () => {
  it('has options of the tiers that were asked for', () => {
    fc.assert(
      fc.property(
        fc
          .subarray([...TIERS], { minLength: 1 })
          .chain((tiers) => fc.tuple(fc.constant(tiers), chaosConfig({ tiers }))),
        ([tiers, { settings }]) => {
          for (const name of OPTION_NAMES)
            if (at(settings, name) !== undefined) expect(tiers).toContain(optionOf(name).tier);
        },
      ),
    );
  });

  it('comes to each option of the table but for scenarios and files, alone and with others', () => {
    const seen = fc
      .sample(chaosConfig(), { numRuns: 2000, seed: 1 })
      .map(({ settings }) => OPTION_NAMES.filter((name) => at(settings, name) !== undefined));
    const scenarios = ['phases', 'steadyState.probes', 'abortOn', 'cleanup', 'byzantine.learnedFrom'];
    expect(new Set(seen.flat())).toEqual(new Set(OPTION_NAMES.filter((name) => !scenarios.includes(name))));
    expect(seen.some(({ length }) => length === 1)).toBe(true);
    expect(seen.some(({ length }) => length > 4)).toBe(true);
  });

  it.each([
    ['a limit', 'memoryLimit', { memory_limit: 2 ** 30 }],
    ['a share', 'cpuLimit', { cpu_limit: 1 }],
    ['a time', 'timeoutMs', { timeout: 60 }],
    ['a rate', 'packetLossRate', { packet_loss: 0 }],
    ['a delay', 'networkLatencyMs', { network_latency_ms: 0 }],
  ] as const)('%s shrinks to where it hardly matters, alone', (_, name, json) => {
    const found = smallest(chaosConfig(), ({ settings }) => settings[name] !== undefined);
    expect(Object.values(found.toJSON())).toEqual(Object.values(json));
    expect(Object.keys(found.settings)).toEqual([name]);
  });

  it('is printed as a file', () => {
    const { counterexample } = fc.check(
      fc.property(chaosConfig({ tiers: ['basic'] }), ({ seed }) => seed === undefined),
    );
    expect(fc.stringify(counterexample)).toBe('[{"seed":0}]');
  });

  it('is typed by its tiers', () => {
    const basic = fc.sample(chaosConfig({ tiers: ['basic'] }), 1)[0]!;
    expectTypeOf(basic.memoryLimit).toEqualTypeOf<number | undefined>();
    expectTypeOf(basic).not.toHaveProperty('byzantine');
    expectTypeOf(fc.sample(chaosConfig({ tiers: ['basic', 'byzantine'] }), 1)[0]!).toHaveProperty('byzantine');
  });
});

describe('rules', () => {
  it('are valid, honest, and of the calls that were asked for', () => {
    fc.assert(
      fc.property(rules({ syscalls: ['write', 'fsync'] }), (all) => {
        expect(() => ChaosConfig.fromJSON({ rules: all })).not.toThrow();
        for (const { syscall } of all) expect(['write', 'fsync']).toContain(syscall);
      }),
    );
    expect(() => rules({ syscalls: ['getpid', 'nothing'] })).toThrow(
      'none of these is the name of a system call that may fail: getpid, nothing',
    );
  });

  it('shrink to one of the first call, with the commonest error, at its first call', () => {
    const all = rules({ syscalls: ['fsync', 'write'] });
    expect(smallest(all, (found) => found.some(({ error }) => error !== undefined))).toEqual([
      { syscall: 'fsync', error: 'EIO' },
    ]);
    expect(smallest(all, (found) => found.some(({ when }) => when !== undefined))).toEqual([
      { syscall: 'fsync', error: 'EIO', when: '1' },
    ]);
    expect(smallest(all, ({ length }) => length > 1)).toHaveLength(2);
  });
});

it('conditions of a network do for all, and for one target', () => {
  fc.assert(
    fc.property(networkOptions(), (conditions) => {
      expect(() => ChaosConfig.fromJSON(conditions)).not.toThrow();
    }),
  );
  expect(smallest(networkOptions(), () => true)).toEqual({});
});

it('a scenario shrinks to one phase, at the start', () => {
  const found = smallest(scenario({ tiers: ['basic'] }), ({ settings }) => (settings.phases?.length ?? 0) > 0);
  expect(found.settings.phases).toHaveLength(1);
  expect(found.settings.phases![0]!.begin).toEqual({ kind: 'start' });
});
