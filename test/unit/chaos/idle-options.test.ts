import { describe, expect, it } from 'vitest';
import { refuseIdleOptions } from '../../../src/chaos/idle-options.ts';
import { OPTION_NAMES, optionOf } from '../../../src/chaos/options.ts';
import { PRESETS } from '../../../src/chaos/presets.ts';
import { ChaosConfig } from '../../../src/chaos-full.ts';

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
    [{ network_rules: [{ partition: true }], to: [':1'] }, 'network_latency_ms'],
    [{ network_backend: 'packets' }, 'network_rules'],
    [{ partition: true, network_host_ports: ['5432'] }, 'network_backend "namespace"'],
    [{ network_latency_ms: 5, correlation: 0.5 }, 'network_jitter_ms'],
    [{ packet_loss_rate: 0.1, dns_failure: 'fail' }, 'dns_failure_rate'],
    [{ kill_after_secs: 1 }, 'timeout_secs'],
    [{ signal_rate: 0.5 }, 'one of these: signal_injection, signals'],
    [{ rules: [{ syscall: 'read', error: 'EIO' }], byzantine: { errors: ['EIO'] } }, 'byzantine.rate'],
    [{ byzantine: { kinds: ['error'] } }, 'byzantine.rate'],
    [{ byzantine: { realism: 'any' } }, 'byzantine.rate'],
    [{ byzantine: { rate: 1, learned_from: 'a' } }, 'byzantine.realism "learned"'],
    [{ byzantine: { syscalls: ['read'] } }, 'byzantine.rate'],
    [{ faults_from: 'exec' }, 'one of these: byzantine.rate, rules, bugs'],
    [{ network_rules: [{ to: [':1'] }] }, 'network_rules[0].to does nothing without one of these: network_latency_ms'],
    [{ network_rules: [{ partition: true }, { network_latency: '1ms', correlation: 1 }] }, 'network_rules[1].correl'],
  ])('%j', (json, missing) => {
    expect(refusal(json)).toThrow(expect.objectContaining({ code: 'OPTION_IDLE' }));
    expect(refusal(json)).toThrow(missing);
  });

  it('are taken beside what they shape, be it turned off', () => {
    expect(refusal({ to: [':1'], network_latency_ms: 0 })).not.toThrow();
    expect(refusal({ network_backend: 'packets', network_rules: [{ to: [':2'], partition: true }] })).not.toThrow();
    const own = { networkBackend: 'packets', hangAfterMs: 1000 } as const;
    expect(() => refuseIdleOptions({ own, settings: { ...PRESETS.aggressive, ...own } })).not.toThrow();
    expect(refusal({})).not.toThrow();
    expect(refusal({ kill_after_secs: 1, timeout_secs: 0 })).not.toThrow();
    expect(refusal({ signal_rate: 0.5, signal_injection: false })).not.toThrow();
    expect(refusal({ byzantine: { rate: 0, errors: ['EIO'] }, faults_from: 'exec' })).not.toThrow();
    const kinds = { byzantine: { kinds: ['error'] } } as const;
    expect(() =>
      refuseIdleOptions({
        own: kinds,
        settings: { ...kinds, byzantine: { ...PRESETS.extreme.byzantine, ...kinds.byzantine } },
      }),
    ).not.toThrow();
  });

  it('are those that the table says: each names options that do something alone', () => {
    const shaping = OPTION_NAMES.filter((name) => optionOf(name).shapes);
    expect(shaping.length).toBeGreaterThan(12);
    for (const name of shaping) {
      for (const other of optionOf(name).shapes!) {
        const free = optionOf(other).shapes === undefined || optionOf(name).shapesOnly !== undefined;
        expect([name, other, free]).toEqual([name, other, true]);
      }
    }
  });
});
