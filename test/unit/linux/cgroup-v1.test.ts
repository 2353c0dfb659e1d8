import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CgroupV1, cpuQuota, MIN_CPU_FRACTION } from '../../../src/linux/cgroup-v1.ts';

describe('cpuQuota', () => {
  it('is a share of 100 ms, and of a longer period where the quota would be too small for the kernel', () => {
    expect(cpuQuota(0.5)).toEqual({ quotaUs: 50_000, periodUs: 100_000 });
    expect(cpuQuota(1)).toEqual({ quotaUs: 100_000, periodUs: 100_000 });
    expect(cpuQuota(0.002)).toEqual({ quotaUs: 1000, periodUs: 500_000 });
    expect(cpuQuota(0)).toEqual({ quotaUs: 1000, periodUs: 1_000_000 });
  });

  it('stays within what the kernel takes, and within 1 % of what was asked for', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (fraction) => {
        const { quotaUs, periodUs } = cpuQuota(fraction);
        expect(quotaUs).toBeGreaterThanOrEqual(1000);
        expect(periodUs).toBeLessThanOrEqual(1_000_000);
        expect(Number.isInteger(quotaUs) && Number.isInteger(periodUs)).toBe(true);
        const wanted = Math.max(fraction, MIN_CPU_FRACTION);
        expect(Math.abs(quotaUs / periodUs - wanted)).toBeLessThanOrEqual(wanted * 0.01);
      }),
    );
  });
});

describe('CgroupV1.oomKills', () => {
  it.each([
    { peak: 50 * 2 ** 20, kills: 1, why: 'its own limit was met' },
    { peak: 20 * 2 ** 20, kills: 0, why: 'a limit above was met' },
  ])('is $kills where $why', ({ peak, kills }) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'cgroup-v1-'));
    writeFileSync(path.join(directory, 'memory.limit_in_bytes'), `${50 * 2 ** 20}\n`);
    writeFileSync(path.join(directory, 'memory.max_usage_in_bytes'), `${peak}\n`);
    writeFileSync(path.join(directory, 'memory.oom_control'), 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n');
    expect(new CgroupV1(directory).oomKills).toBe(kills);
    rmSync(directory, { recursive: true });
  });
});
