import { describe, expect, it } from 'vitest';
import { armParts, PART_NAMES, PARTS, partsOf, tiersOf } from '../../../src/chaos/tiers.ts';
import { ChaosConfig } from '../../../src/chaos-full.ts';
import { RenacerError } from '../../../src/model/errors.ts';

const BASIC = new Set(PART_NAMES.filter((name) => PARTS[name].tier === 'basic'));

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
    [ChaosConfig.new().withTimeout(0).withPacketLossRate(0).withSeed(1).withNetworkTo([':1']).build(), [], []],
    [ChaosConfig.new().withNetworkRule({ partition: true }).build(), ['partition'], ['network']],
    [ChaosConfig.new().withBugs(['x']).build(), ['bugs'], ['byzantine']],
  ])('%#', (config, parts, tiers) => {
    expect(partsOf(config.settings)).toEqual(parts);
    expect(tiersOf(config.settings)).toEqual(tiers);
  });
});

describe('what has no engine yet', () => {
  const refusal = (parts: string) => new RenacerError('UNSUPPORTED_PART', `unsupported parts: ${parts}`);
  const aggressive = ChaosConfig.aggressive();

  it('is left out of the preset aggressive, and named', () => {
    expect(armParts(aggressive, BASIC)).toEqual({
      armed: ['memory', 'cpu', 'timeout', 'signals'],
      leftOut: ['network_latency', 'packet_loss'],
    });
    expect(armParts(aggressive.withSettings({ seed: 1, cpuLimit: 0.5 }), BASIC).leftOut).toHaveLength(2);
  });

  it('is refused in a file, even of the same values', () => {
    const config = ChaosConfig.fromJSON(aggressive.toJSON());
    expect(() => armParts(config, BASIC)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_PART' }));
    expect(() => armParts(config, BASIC)).toThrow(refusal('network_latency, packet_loss').message);
  });

  it('is refused where it was asked for beyond the preset', () => {
    expect(() => armParts(aggressive.withSettings({ packetLossRate: 0.1 }), BASIC)).toThrow(
      'unsupported parts: packet_loss',
    );
    expect(() => armParts(aggressive.toBuilder().withPartition(true).build(), BASIC)).toThrow(
      'unsupported parts: partition',
    );
  });

  it('is left out of the preset extreme if it is of the network, and else refused', () => {
    const engines = new Set([...BASIC, 'byzantine'] as const);
    expect(armParts(ChaosConfig.extreme(), engines).leftOut).toEqual(['network_latency', 'packet_loss']);
    expect(() => armParts(ChaosConfig.extreme(), BASIC)).toThrow('unsupported parts: byzantine');
  });

  it('is nothing once every part has an engine', () => {
    expect(armParts(ChaosConfig.extreme(), new Set(PART_NAMES)).leftOut).toEqual([]);
  });
});
