import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CgroupV2 } from '../../../src/linux/cgroup-v2.ts';

// Plain directories with the files of cgroup v2: what is written and how it is read, not what a kernel does about it.
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'cgroup-v2-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function group(files: Record<string, string>): CgroupV2 {
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
  return new CgroupV2(directory);
}
const content = (file: string): string => readFileSync(path.join(directory, file), 'utf8');

describe('CgroupV2', () => {
  it('limits memory and swap', () => {
    group({ 'memory.max': '', 'memory.swap.max': '' }).limitMemory(104_857_600);
    expect([content('memory.max'), content('memory.swap.max')]).toEqual(['104857600', '0']);
  });

  it('does without swap accounting, but not without the memory controller', () => {
    group({ 'memory.max': '' }).limitMemory(4096);
    expect(content('memory.max')).toBe('4096');
    rmSync(path.join(directory, 'memory.max'));
    expect(() => new CgroupV2(directory).limitMemory(4096)).toThrow(/ENOENT/);
  });

  it('limits the CPU', () => {
    group({ 'cpu.max': '' }).limitCpu(0.2);
    expect(content('cpu.max')).toBe('20000 100000');
  });

  it('reads use', () => {
    const used = group({
      'memory.peak': '52428800\n',
      'memory.events': 'low 0\nhigh 0\nmax 17\noom 3\noom_kill 2\noom_group_kill 0\n',
      'cpu.stat':
        'usage_usec 600000\nuser_usec 590000\nsystem_usec 10000\nnr_periods 30\nnr_throttled 29\nthrottled_usec 2333000\n',
    });
    expect([used.memoryPeak, used.oomKills, used.cpuTimeUs, used.throttledUs]).toEqual([
      52_428_800, 2, 600_000, 2_333_000,
    ]);
  });

  it('does not take the OOM kills of limits above or below for its own', () => {
    const events = 'low 0\nhigh 0\nmax 0\noom 0\noom_kill 1\n';
    expect(group({ 'memory.events': events, 'memory.events.local': 'max 0\noom 0\noom_kill 1\n' }).oomKills).toBe(0);
    expect(group({ 'memory.events': events, 'memory.events.local': 'max 9\noom 1\noom_kill 0\n' }).oomKills).toBe(1);
  });

  it('says undefined for what an older kernel does not tell', () => {
    const used = group({ 'memory.peak': 'max\n' });
    expect([used.memoryPeak, used.oomKills, used.cpuTimeUs]).toEqual([undefined, undefined, undefined]);
  });

  it('lists the processes of groups below, but none of other pid namespaces (0)', () => {
    mkdirSync(path.join(directory, 'below/deeper'), { recursive: true });
    writeFileSync(path.join(directory, 'below/deeper/cgroup.procs'), '30\n');
    expect(group({ 'cgroup.procs': '10\n0\n20\n' }).processIds()).toEqual([10, 20, 30]);
  });
});
