import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toFileForm } from '../../../src/chaos/file-form.ts';
import { OPTION_NAMES, optionOf } from '../../../src/chaos/options.ts';
import { PRESET_NAMES, PRESETS } from '../../../src/chaos/presets.ts';
import { MAX_DURATION_MS, MAX_SIZE } from '../../../src/chaos/quantities.ts';
import { chaosSchemas } from '../../../src/chaos/schema.ts';
import type { ChaosSettings } from '../../../src/chaos/settings.ts';
import { ChaosConfig } from '../../../src/chaos-full.ts';
import { ruleFromJson } from '../../../src/faults/rule-json.ts';
import { RenacerError } from '../../../src/model/errors.ts';
import { arbitrarySettings } from '../../support/arbitrary-settings.ts';
import { runs } from '../../support/runs.ts';

const SIGNALS = 'one or more signals such as "SIGTERM", any but SIGKILL and SIGSTOP';

type Build = (builder: ReturnType<typeof ChaosConfig.new>) => ReturnType<typeof ChaosConfig.new>;

/** Any double, the awkward ones often. */
const anyNumber = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, -0, 0, 1, Infinity, -Infinity, 5e-324, -1, 2));

const isValid = (config: ChaosConfig) => chaosSchemas().file.safeParse(config.toJSON()).success;

const orOwnError = (act: () => unknown): boolean => {
  try {
    act();
    return true;
  } catch (error) {
    return error instanceof RenacerError;
  }
};

describe('the laws of the configuration', () => {
  it('a memory limit from 1 to 10^10 bytes is kept', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e10 }), (bytes) => {
        expect(ChaosConfig.new().withMemoryLimit(bytes).build().settings).toEqual({ memoryLimit: bytes });
      }),
    );
  });

  it('a CPU limit ends in [0, 1] for every double, and NaN leaves it unset', () => {
    fc.assert(
      fc.property(anyNumber, (fraction) => {
        const { cpuLimit } = ChaosConfig.new().withCpuLimit(fraction).build().settings;
        if (Number.isNaN(fraction)) expect(cpuLimit).toBeUndefined();
        else expect(cpuLimit).toBe(Math.min(1, Math.max(0, fraction)) + 0);
      }),
    );
  });

  it('a timeout is kept, to the microsecond', () => {
    fc.assert(
      fc.property(fc.nat(MAX_DURATION_MS * 1000), (us) => {
        const builder = ChaosConfig.new();
        expect(builder.withTimeoutMs(us / 1e3).build().timeoutMs).toBe(us / 1000);
        expect(builder.withTimeoutSecs(us / 1e6).build().timeoutMs).toBe(us / 1000);
      }),
    );
    expect(ChaosConfig.new().withTimeout('30s').build().timeoutMs).toBe(30_000);
  });

  it('every rate ends in [0, 1], every size and duration in its bounds', () => {
    const numeric = OPTION_NAMES.map(optionOf)
      .filter(({ kind }) => kind.clamp)
      .flatMap(({ builder, kind }) =>
        Object.keys(kind.units ?? { '': 1 }).map((unit) => ({ method: builder + unit, kind })),
      );
    expect(numeric.length).toBeGreaterThan(20);
    fc.assert(
      fc.property(fc.constantFrom(...numeric), anyNumber, ({ method, kind }, value) => {
        const begin = ChaosConfig.new() as unknown as Record<string, (value: number) => { build(): ChaosConfig }>;
        const config = begin[method]!(value).build();
        expect(isValid(config)).toBe(true);
        const set = Object.values(config.settings)[0];
        if (Number.isNaN(value)) expect(set).toBeUndefined();
        else if (kind.type === 'rate')
          expect(Object.values({ rate: set, ...(set as object) })[0]).toBe(Math.min(1, Math.max(0, value)) + 0);
        else if (kind.type === 'size') expect(set).toBeOneOf([1, MAX_SIZE, Math.round(value)]);
      }),
    );
  });

  it('the order of the methods does not matter', () => {
    const steps: Build[] = [
      (builder) => builder.withMemoryLimit('64M'),
      (builder) => builder.withCpuLimit(0.5),
      (builder) => builder.withTimeoutSecs(3),
      (builder) => builder.withSignals(['SIGTERM']),
      (builder) => builder.withSignalInjection(false),
      (builder) => builder.withSeed(7),
      (builder) => builder.withPacketLossRate('10%'),
      (builder) => builder.withByzantineFaults(0.1),
      (builder) => builder.withErrors(['EIO']),
      (builder) => builder.withRule({ syscall: 'read', error: 'EIO' }),
    ];
    const build = (order: Build[]) => order.reduce((builder, step) => step(builder), ChaosConfig.new()).build();
    const expected = build(steps).settings;
    fc.assert(
      fc.property(fc.shuffledSubarray(steps, { minLength: steps.length }), (order) => {
        expect(build(order).settings).toEqual(expected);
      }),
    );
  });

  it('the presets are valid and say what the table says', () => {
    for (const name of PRESET_NAMES) expect(isValid(ChaosConfig.fromMode(name))).toBe(true);
    const MIB = 1024 ** 2;
    expect(ChaosConfig.none().toJSON()).toEqual({});
    expect(ChaosConfig.gentle().toJSON()).toEqual({
      memory_limit: 500 * MIB,
      cpu_limit: 0.8,
      timeout_secs: 60,
      signal_injection: false,
      network_latency_ms: 0,
      packet_loss_rate: 0,
    });
    const aggressive = {
      memory_limit: 50 * MIB,
      cpu_limit: 0.2,
      timeout_secs: 10,
      signal_injection: true,
      network_latency_ms: 100,
      packet_loss_rate: 0.1,
    };
    expect(ChaosConfig.aggressive().toJSON()).toEqual(aggressive);
    expect(ChaosConfig.extreme().toJSON()).toEqual({
      ...aggressive,
      byzantine: { rate: 0.1, syscalls: PRESETS.extreme.byzantine?.syscalls },
    });
    expect(PRESETS.extreme.byzantine?.syscalls).toEqual(expect.arrayContaining(['read', 'write', 'openat', 'close']));
  });

  it('JSON comes back as the same configuration', () => {
    fc.assert(
      fc.property(arbitrarySettings, (settings) => {
        const json = JSON.stringify(toFileForm(settings));
        expect(ChaosConfig.fromJSON(json).settings).toEqual(settings);
        expect(ChaosConfig.fromJSON(JSON.parse(json)).settings).toEqual(settings);
      }),
      { numRuns: runs(300) },
    );
  });
});

describe('no input crashes the parser', () => {
  const almost = arbitrarySettings.chain((settings) => {
    const text = JSON.stringify(toFileForm(settings));
    return fc
      .tuple(fc.nat(text.length), fc.nat(4), fc.string({ maxLength: 3 }))
      .map(([start, cut, more]) => text.slice(0, start) + more + text.slice(start + cut));
  });

  it.each([
    ['any text', fc.string()],
    ['any JSON', fc.json()],
    ['a configuration with a scratch', almost],
    [
      'JSON under our keys',
      fc
        .dictionary(fc.constantFrom(...OPTION_NAMES.map((name) => optionOf(name).key)), fc.jsonValue())
        .map((value) => JSON.stringify(value)),
    ],
    [
      'brackets of any depth',
      fc.tuple(fc.nat(100_000), fc.constantFrom('[', '{"a":')).map(([depth, open]) => open.repeat(depth)),
    ],
  ])('%s', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => orOwnError(() => ChaosConfig.fromJSON(text))),
      { numRuns: runs(300) },
    );
  });

  it('any object', () => {
    const keys = fc.constantFrom(...OPTION_NAMES.map((name) => optionOf(name).key), '__proto__', '$schema');
    fc.assert(
      fc.property(fc.dictionary(keys, fc.anything()), (value) => orOwnError(() => ChaosConfig.fromJSON(value))),
    );
  });
});

describe('a configuration', () => {
  it('is immutable, all the way down', () => {
    const config = ChaosConfig.extreme();
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.settings.byzantine?.syscalls)).toBe(true);
    const rule = { syscall: 'read', error: 'EIO' };
    const built = ChaosConfig.new().withRule(rule).build();
    rule.error = 'ENOSPC';
    expect(built.toJSON().rules).toEqual([{ syscall: 'read', error: 'EIO' }]);
    expect(Object.isFrozen(built.settings.rules?.[0]?.selector)).toBe(true);
  });

  it('has a property for each setting, undefined where it is unset', () => {
    fc.assert(
      fc.property(arbitrarySettings, (settings) => {
        const config = ChaosConfig.new().build().withSettings(settings);
        for (const name of OPTION_NAMES.map((option) => option.split('.')[0] as keyof ChaosSettings)) {
          expect(config[name]).toEqual(settings[name]);
        }
      }),
      { numRuns: runs(50) },
    );
    expect({ ...ChaosConfig.gentle() }).toEqual({ preset: 'gentle', own: {}, settings: PRESETS.gentle });
  });

  it('takes one value for a list of one', () => {
    const one = ChaosConfig.new().withSignals('TERM').withErrors('EIO').withBugs('fsync-lies').withNetworkTo(':1');
    const list = ChaosConfig.new().withSignals(['SIGTERM']).withErrors(['EIO']).withBugs(['fsync-lies']);
    expect(one.build().settings).toEqual(list.withNetworkTo([':1']).build().settings);
    expect(ChaosConfig.new().withFaultKinds('short').withFaultSyscalls('read,write').build().byzantine).toEqual({
      kinds: ['short'],
      syscalls: ['read', 'write'],
    });
  });

  it('a number without a unit is taken as before, with one warning for each method', async () => {
    const warnings: (Error & { code?: string })[] = [];
    const listen = (warning: Error) => void warnings.push(warning);
    process.on('warning', listen);
    const builder = ChaosConfig.new().withKillAfter(2).withKillAfter(3).withIoLatency(5).withBandwidth(1000);
    ChaosConfig.new().withKillAfter('1s').withKillAfterSecs(1).withIoLatencyMs(1).withBandwidthBytesPerSec(1);
    ChaosConfig.new().withNetworkRule({ networkLatencyMs: 5 });
    await new Promise(setImmediate);
    process.off('warning', listen);
    expect(builder.build().settings).toEqual({ killAfterMs: 3000, ioLatencyMs: 5, bandwidthBytesPerSec: 1000 });
    expect(warnings.map(({ name, code, message }) => [name, code, message])).toEqual(
      [
        ['withKillAfter', 'withKillAfterSecs or withKillAfterMs'],
        ['withIoLatency', 'withIoLatencySecs or withIoLatencyMs'],
        ['withBandwidth', 'withBandwidthBytesPerSec'],
      ].map(([method, better]) => [
        'DeprecationWarning',
        'RENACER_BARE_NUMBER',
        `${method} with a number does not say its unit: use ${better}, or text with a unit`,
      ]),
    );
  });

  it('builders leave each other alone', () => {
    const base = ChaosConfig.gentle().toBuilder();
    const one = base.withCpuLimit(0.1).build();
    expect(base.build().settings).toEqual(PRESETS.gentle);
    expect(one.settings).toEqual({ ...PRESETS.gentle, cpuLimit: 0.1 });
    expect([one.preset, one.own]).toEqual(['gentle', { cpuLimit: 0.1 }]);
  });

  it('comes from the environment', () => {
    expect(ChaosConfig.fromEnv({}).settings).toEqual({});
    expect(ChaosConfig.fromEnv({ CHAOS_MODE: '' }).settings).toEqual({});
    expect(ChaosConfig.fromEnv({ CHAOS_MODE: 'gentle' }).preset).toBe('gentle');
    expect(() => ChaosConfig.fromEnv({ CHAOS_MODE: 'Gentle!' })).toThrow(
      'the chaos mode is "Gentle!"; allowed: none, gentle, aggressive, extreme, custom:FILE (did you mean "gentle"?)',
    );
  });

  it.each<[string, (builder: ReturnType<typeof ChaosConfig.new>) => unknown]>([
    [
      'withTimeout is "soon"; allowed: a duration up to 24 days: seconds, or with units such as "1m30s", "100ms"',
      (b) => b.withTimeout('soon'),
    ],
    [
      'withMemoryLimit is null; allowed: a size of at least 1 byte: a number of bytes, or with K, M, G or T such as "64M"',
      (b) => b.withMemoryLimit(null as never),
    ],
    [`withSignals is []; allowed: ${SIGNALS}`, (b) => b.withSignals([])],
    [
      `withSignals is "SIGTERMS"; allowed: ${SIGNALS} (did you mean "SIGTERM"?)`,
      (b) => b.withSignals(['SIGINT', 'SIGTERMS']),
    ],
    [
      'withTimeoutMs is "5s"; allowed: a number; give text, with its unit in it, to withTimeout',
      (b) => b.withTimeoutMs('5s' as never),
    ],
    ['withSignalInjection is 1; allowed: true or false', (b) => b.withSignalInjection(1 as never)],
  ])('%s', (message, act) => expect(() => act(ChaosConfig.new())).toThrow(new RenacerError('INVALID_VALUE', message)));

  it('tells what is wrong with a rule', () => {
    expect(() => ChaosConfig.new().withRule({ syscall: 'read', error: 'eio' })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: 'withRule: rules[0].error is "eio"; allowed: the name of an error such as "EIO", or its number',
      }),
    );
    expect(() => ChaosConfig.new().withRule('read' as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_VALUE' }),
    );
  });

  it('clamps the rates of rules and bursts, and the numbers of a network rule', () => {
    const config = ChaosConfig.new()
      .withRule({ syscall: 'read', error: 'EIO', probability: 7 })
      .withPacketLossBursts({ enter: -1, leave: 2 })
      .withNetworkRule({ networkTo: [':6379'], networkLatencyMs: -5, packetLossRate: Number.NaN })
      .build();
    expect(config.settings).toEqual({
      rules: [ruleFromJson({ syscall: 'read', error: 'EIO', probability: 1 })],
      packetLossBursts: { enter: 0, leave: 1 },
      networkRules: [{ networkTo: [':6379'], networkLatencyMs: 0 }],
    });
  });
});
