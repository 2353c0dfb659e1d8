import { describe, expect, it } from 'vitest';
import type * as Capabilities from '../../src/chaos/capabilities.ts';
import type * as Tiers from '../../src/chaos/tier-backends.ts';
import { built } from '../support/limits.ts';

const { CAPABILITY_NAMES, probeCapabilities } = await built<typeof Capabilities>('chaos/capabilities.js');
const { tierBackends } = await built<typeof Tiers>('chaos/tier-backends.js');

describe('capabilities of this machine', () => {
  it('are all probed, and a missing one says how to get it', () => {
    const found = probeCapabilities();
    expect(found.map(({ name }) => name)).toEqual(CAPABILITY_NAMES);
    expect(found.filter(({ detail }) => detail === '')).toEqual([]);
    expect(found.filter(({ available, fix }) => available === (fix !== undefined))).toEqual([]);
  });

  it('decide what the tiers use', async () => {
    const all = CAPABILITY_NAMES.map((name) => ({ name, available: true, detail: '' }));
    const part = async (missing: string[], name: string): Promise<string | undefined> => {
      const parts = await tierBackends(all.filter((one) => !missing.includes(one.name)));
      return parts.find((one) => one.part === name)?.backend;
    };
    expect(await part([], 'network')).toMatch(/^packets/);
    expect(await part([], 'network, by choice')).toMatch(/^namespace \(/);
    expect(await part(['NET_ADMIN'], 'network')).toMatch(/^system calls \(emulation\)/);
    expect(await part(['NET_ADMIN', 'ptrace'], 'network')).toBeUndefined();
    expect(await part(['ptrace'], 'I/O latency')).toBeUndefined();
    expect(await part(['ptrace'], 'faults')).toBeUndefined();
    expect(await part(['seccomp filters'], 'faults')).toBe('ptrace, every call stops');
    expect(await part([], 'memory limit')).toMatch(/cgroup|systemd|RLIMIT_DATA/);
  });
});
