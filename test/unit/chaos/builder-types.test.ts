import { describe, expect, expectTypeOf, it } from 'vitest';
import { ChaosConfig as Basic } from '../../../src/chaos-basic.ts';
import { ChaosConfig as Byzantine } from '../../../src/chaos-byzantine.ts';
import { ChaosConfig as Full } from '../../../src/chaos-full.ts';
import { ChaosConfig as Network } from '../../../src/chaos-network.ts';

// `npx tsc -p tsconfig.test.json` is what fails here if a type offers too much or too little.
describe('each entry point offers the methods of its tiers, no more', () => {
  it('basic', () => {
    // @ts-expect-error: the basic builder has no method of the network tier
    expect(Basic.new().withNetworkLatency).toBeUndefined();
    // @ts-expect-error: nor has it one after a method of its own
    expect(Basic.new().withCpuLimit(0.5).withPacketLossRate).toBeUndefined();
    // @ts-expect-error: nor one of the byzantine tier
    expect(Basic.gentle().toBuilder().withRule).toBeUndefined();
    expectTypeOf(Basic.new().withTimeout('30s').build().settings.timeoutMs).toEqualTypeOf<number | undefined>();
  });

  it('network', () => {
    expectTypeOf(Network.new().withCpuLimit(0.5).withNetworkLatency('100ms').build()).toEqualTypeOf<Network>();
    // @ts-expect-error: the byzantine tier is another entry point's
    expect(Network.new().withByzantineFaults).toBeUndefined();
  });

  it('byzantine', () => {
    expectTypeOf(
      Byzantine.new().withRule({ syscall: 'read', error: 'EIO' }).withSeed(1).build(),
    ).toEqualTypeOf<Byzantine>();
    // @ts-expect-error: the network tier is another entry point's
    expect(Byzantine.new().withNetworkLatency).toBeUndefined();
  });

  it('full', () => {
    expectTypeOf(
      Full.new().withCpuLimit(1).withPacketLossRate(0.1).withByzantineFaults(0.1).build(),
    ).toEqualTypeOf<Full>();
  });

  it('and the properties of its tiers, no more', () => {
    expectTypeOf(Basic.gentle().memoryLimit).toEqualTypeOf<number | undefined>();
    expectTypeOf(Basic.gentle().signalInjection).toEqualTypeOf<boolean | undefined>();
    expectTypeOf(Network.gentle().packetLossRate).toEqualTypeOf<number | undefined>();
    expectTypeOf(Byzantine.gentle().bugs).toEqualTypeOf<readonly string[] | undefined>();
    expectTypeOf(Full.extreme().byzantine!.rate).toEqualTypeOf<number | undefined>();
    // @ts-expect-error: a setting of the network tier
    expect(Basic.gentle().networkLatencyMs).toBe(0);
    // @ts-expect-error: the same
    expect(Byzantine.aggressive().networkLatencyMs).toBe(100);
    // @ts-expect-error: a setting of the byzantine tier
    expect(Network.extreme().byzantine.rate).toBe(0.1);
    // @ts-expect-error: a property is no method
    expect(() => Basic.gentle().memoryLimit()).toThrow(TypeError);
    // @ts-expect-error: nor can it be assigned to
    expect(() => (Basic.gentle().memoryLimit = 1)).toThrow(TypeError);
    expectTypeOf(Basic.gentle().withSettings({ seed: 1 })).toEqualTypeOf<Basic>();
    expectTypeOf(Basic.gentle().toBuilder().withSeed(1).build()).toEqualTypeOf<Basic>();
  });

  it('numbers without a unit are deprecated, in the types too', () => {
    expectTypeOf(Full.new().withTimeoutMs).parameters.toEqualTypeOf<[number]>();
    // @ts-expect-error: text says its unit by itself
    expect(() => Full.new().withTimeoutMs('5s')).toThrow();
  });

  it('settings cannot be assigned to', () => {
    const config = Basic.gentle();
    // @ts-expect-error: a configuration is immutable
    expect(() => (config.preset = 'none')).toThrow(TypeError);
  });

  it('a configuration of one entry point is one for all', () => {
    expect(Basic.gentle() instanceof Full).toBe(true);
    expect({} instanceof Full).toBe(false);
  });
});
