import { describe, expect, it } from 'vitest';
import { parseProcessStat, readProcessStat } from '../../../src/linux/process-stat.ts';

describe('parseProcessStat', () => {
  it('counts fields from the last parenthesis: a name may hold anything', () => {
    const line = '42 (a) (b 1 2 S) S 7 42 42 0 -1 4194560 1 0 0 0 30 12 0 0 20 0 1 0 98765 1000 1 18446744073709551615';
    expect(parseProcessStat(line)).toEqual({
      pid: 42,
      state: 'S',
      parent: 7,
      cpuTicks: 42,
      startTime: 98765,
      isKernelThread: false,
    });
  });

  it('reads this process', () => {
    expect(readProcessStat('self')).toMatchObject({ pid: process.pid, parent: process.ppid });
    expect(readProcessStat(4_194_305)).toBeUndefined();
  });
});
