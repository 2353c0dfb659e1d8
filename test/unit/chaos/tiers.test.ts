import { describe, expect, it } from 'vitest';
import { partsOf, tiersOf } from '../../../src/chaos/tiers.ts';
import { ChaosConfig } from '../../../src/chaos-full.ts';

describe('what a configuration asks for', () => {
  it.each([
    [ChaosConfig.none(), [], []],
    [ChaosConfig.gentle(), ['memory', 'cpu', 'timeout'], ['basic']],
    [
      ChaosConfig.aggressive(),
      ['memory', 'cpu', 'timeout', 'signals', 'network_latency', 'packet_loss'],
      ['basic', 'network'],
    ],
    [
      ChaosConfig.extreme(),
      ['memory', 'cpu', 'timeout', 'signals', 'network_latency', 'packet_loss', 'byzantine'],
      ['basic', 'network', 'byzantine'],
    ],
    [ChaosConfig.new().withSignals(['SIGINT']).build(), ['signals'], ['basic']],
    [ChaosConfig.new().withSignals(['SIGINT']).withSignalInjection(false).build(), [], []],
    [ChaosConfig.new().withTimeoutSecs(0).withPacketLossRate(0).withSeed(1).withNetworkTo([':1']).build(), [], []],
    [ChaosConfig.new().withNetworkRule({ partition: true }).build(), ['partition'], ['network']],
    [ChaosConfig.new().withBugs(['x']).build(), ['bugs'], ['byzantine']],
  ])('%#', (config, parts, tiers) => {
    expect(partsOf(config.settings)).toEqual(parts);
    expect(tiersOf(config.settings)).toEqual(tiers);
  });
});
