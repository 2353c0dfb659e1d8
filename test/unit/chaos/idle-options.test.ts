import { describe, expect, it } from 'vitest';
import { refuseIdleOptions } from '../../../src/chaos/idle-options.ts';
import { PRESETS } from '../../../src/chaos/presets.ts';
import { ChaosConfig } from '../../../src/chaos-network.ts';

const refusal =
  (json: object): (() => void) =>
  () =>
    refuseIdleOptions(ChaosConfig.fromJSON(json));

describe('options that only shape others', () => {
  it.each([
    [{ memory_failure: 'enomem' }, 'memory_limit'],
    [{ hang_after_secs: 1 }, 'timeout_secs'],
    [{ to: [':1'] }, 'network_latency_ms, '],
    [{ direction: 'to' }, 'packet_loss_rate'],
    [{ network_backend: 'packets' }, 'network_rules'],
    [{ partition: true, network_host_ports: ['5432'] }, 'network_backend "namespace"'],
    [{ network_latency_ms: 5, correlation: 0.5 }, 'network_jitter_ms'],
    [{ packet_loss_rate: 0.1, dns_failure: 'fail' }, 'dns_failure_rate'],
  ])('%j', (json, missing) => {
    expect(refusal(json)).toThrow(expect.objectContaining({ code: 'OPTION_IDLE' }));
    expect(refusal(json)).toThrow(`${Object.keys(json).at(-1)} (`);
    expect(refusal(json)).toThrow(missing);
  });

  it('are taken beside what they shape, be it turned off', () => {
    expect(refusal({ to: [':1'], network_latency_ms: 0 })).not.toThrow();
    expect(refusal({ to: [':1'], network_rules: [{ to: [':2'], partition: true }] })).not.toThrow();
    const own = { networkBackend: 'packets', hangAfterMs: 1000 } as const;
    expect(() => refuseIdleOptions({ own, settings: { ...PRESETS.aggressive, ...own } })).not.toThrow();
    expect(refusal({})).not.toThrow();
  });
});
